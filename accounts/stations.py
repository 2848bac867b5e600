"""The thirteen International Courier Terminals (Notification 27/2018-Customs (N.T.))."""

STATIONS = (
    ("AMD", "Ahmedabad", "INAMD4"),
    ("BLR", "Bengaluru", "INBLR4"),
    ("CCJ", "Calicut", "INCCJ4"),
    ("MAA", "Chennai", "INMAA4"),
    ("COK", "Cochin", "INCOK4"),
    ("CJB", "Coimbatore", "INCJB4"),
    ("DEL", "Delhi", "INDEL4"),
    ("HYD", "Hyderabad", "INHYD4"),
    ("JAI", "Jaipur", "INJAI4"),
    ("CCU", "Kolkata", "INCCU4"),
    ("BOM", "Mumbai", "INBOM4"),
    ("TRV", "Thiruvananthapuram", "INTRV4"),
    ("TRZ", "Tiruchirappalli", "INTRZ4"),
)
