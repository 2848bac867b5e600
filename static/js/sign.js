// Signing in the browser: the key is read from its file, the browser signs, and only the signature is sent. The file, the
// pass-phrase and the key never leave the page: neither input has a name, so no form ever holds them. Or the key is on a token:
// then the bridge on this computer signs (docs/signing-bridge.md), and the PIN goes to the bridge alone.
const form = document.getElementById("sign");

const bytesOf = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const textOf = (bytes) => Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join("");
const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

// The older script is loaded once, when somebody signs.
function opener(address) {
  if (window.forge) return Promise.resolve(window.forge);
  return new Promise((loaded, failed) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => loaded(window.forge);
    script.onerror = failed;
    document.head.append(script);
  });
}

// The key and the certificates of a PKCS#12 file, as DER, whatever their algorithm.
function unlocked(forge, file, passphrase) {
  const { asn1, pki, pkcs12 } = forge;
  const store = pkcs12.pkcs12FromAsn1(asn1.fromDer(textOf(file)), true, passphrase);
  const kinds = [pki.oids.pkcs8ShroudedKeyBag, pki.oids.keyBag];
  const key = kinds.flatMap((bagType) => store.getBags({ bagType })[bagType] ?? [])[0];
  const found = store.getBags({ bagType: pki.oids.certBag })[pki.oids.certBag] ?? [];
  if (!key || !found.length) throw new Error("empty");
  return {
    key: asn1.toDer(key.asn1 ?? pki.wrapRsaPrivateKey(pki.privateKeyToAsn1(key.key))).getBytes(),
    certificates: found.map((bag) => asn1.toDer(bag.asn1 ?? pki.certificateToAsn1(bag.cert)).getBytes()),
  };
}

const CURVES = { "1.2.840.10045.3.1.7": "P-256", "1.3.132.0.34": "P-384" };

// What WebCrypto has to know of a key, and how the signature names its algorithm.
function kindOf(forge, key) {
  const { asn1 } = forge;
  const algorithm = asn1.fromDer(key).value[1];
  const name = asn1.derToOid(algorithm.value[0].value);
  if (name === forge.pki.oids.rsaEncryption) {
    return { use: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, named: "1.2.840.113549.1.1.11", width: 0 };
  }
  const namedCurve = CURVES[asn1.derToOid(algorithm.value[1].value)];
  if (!namedCurve) throw new Error("curve");
  const width = namedCurve === "P-256" ? 32 : 48;
  return { use: { name: "ECDSA", namedCurve, hash: "SHA-256" }, named: "1.2.840.10045.4.3.2", width };
}

// A detached CMS (RFC 5652) with the digest, the time and the certificate's own digest (RFC 5035) among what is signed.
async function cms(forge, content, own, others, key) {
  const { asn1 } = forge;
  const { Class, Type } = asn1;
  const make = (type, value, constructed = true) => asn1.create(Class.UNIVERSAL, type, constructed, value);
  const sequence = (...parts) => make(Type.SEQUENCE, parts);
  const set = (...parts) => make(Type.SET, parts);
  const oid = (text) => make(Type.OID, asn1.oidToDer(text).getBytes(), false);
  const octets = (bytes) => make(Type.OCTETSTRING, textOf(bytes), false);
  const number = (n) => make(Type.INTEGER, asn1.integerToDer(n).getBytes(), false);
  const within = (n, parts) => asn1.create(Class.CONTEXT_SPECIFIC, n, true, parts);
  const digestOf = (bytes) => crypto.subtle.digest("SHA-256", bytes);

  const sha256 = () => sequence(oid("2.16.840.1.101.3.4.2.1"), make(Type.NULL, "", false));
  const certificate = asn1.fromDer(own);
  const told = certificate.value[0].value;
  const first = told[0].tagClass === Class.CONTEXT_SPECIFIC ? 1 : 0;
  const [serial, issuer] = [told[first], told[first + 2]];
  const at = asn1.dateToUtcTime(new Date());
  const attributes = [
    sequence(oid("1.2.840.113549.1.9.3"), set(oid("1.2.840.113549.1.7.1"))),
    sequence(oid("1.2.840.113549.1.9.5"), set(make(Type.UTCTIME, at, false))),
    sequence(oid("1.2.840.113549.1.9.4"), set(octets(await digestOf(content)))),
    sequence(oid("1.2.840.113549.1.9.16.2.47"), set(sequence(sequence(sequence(octets(await digestOf(bytesOf(own)))))))),
  ];
  // DER puts the members of a set in the order of their bytes
  const ordered = attributes
    .map((part) => [hex(bytesOf(asn1.toDer(part).getBytes())), part])
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, part]) => part);

  const kind = kindOf(forge, key);
  const usable = await crypto.subtle.importKey("pkcs8", bytesOf(key), kind.use, false, ["sign"]);
  const made = await crypto.subtle.sign(kind.use, usable, bytesOf(asn1.toDer(set(...ordered)).getBytes()));
  let signature = new Uint8Array(made);
  if (kind.width) {
    const whole = (bytes) => make(Type.INTEGER, textOf(positive(bytes)), false);
    const pair = sequence(whole(signature.slice(0, kind.width)), whole(signature.slice(kind.width)));
    signature = bytesOf(asn1.toDer(pair).getBytes());
  }
  const signer = sequence(
    number(1), sequence(issuer, serial), sha256(), within(0, ordered),
    kind.width ? sequence(oid(kind.named)) : sequence(oid("1.2.840.113549.1.1.1"), make(Type.NULL, "", false)),
    octets(signature),
  );
  const signed = sequence(
    number(1), set(sha256()), sequence(oid("1.2.840.113549.1.7.1")),
    within(0, [certificate, ...others.map((der) => asn1.fromDer(der))]), set(signer),
  );
  return asn1.toDer(sequence(oid("1.2.840.113549.1.7.2"), within(0, [signed]))).getBytes();
}

// A whole number as DER writes it: no needless zeros in front, and never taken for a negative one.
function positive(bytes) {
  let from = 0;
  while (from < bytes.length - 1 && bytes[from] === 0) from += 1;
  const rest = bytes.slice(from);
  return rest[0] & 0x80 ? Uint8Array.of(0, ...rest) : rest;
}

// What the bridge on this computer answers, or why it does not.
async function asked(words, path, given) {
  let answer;
  let told;
  try {
    answer = await fetch(words.bridge + path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Pairing-Code": document.getElementById("pairing").value },
      body: JSON.stringify(given),
      credentials: "omit",
    });
    told = await answer.json();
  } catch {
    throw new Error(words.silent);
  }
  if (answer.ok) return told;
  const name = (told.error ?? "").replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());
  throw new Error(words[name] ?? words.refused);
}

async function signedByToken(words) {
  const typed = document.getElementById("pin");
  const pin = typed.value;
  typed.value = "";
  const { certificates } = await asked(words, "/certificates", {});
  const mine = new Set(words.fingerprints.split(" "));
  const own = certificates.find((one) => mine.has(one.fingerprint));
  if (!own) throw new Error(words.elsewhere);
  const { cms: made } = await asked(words, "/sign", { content: words.content, fingerprint: own.fingerprint, pin });
  return atob(made);
}

async function signedByFile(words) {
  const [file] = document.getElementById("key").files;
  const typed = document.getElementById("passphrase");
  let forge;
  let opened;
  try {
    forge = await opener(words.forge);
    opened = unlocked(forge, await file.arrayBuffer(), typed.value);
  } catch {
    throw new Error(words.wrong);
  } finally {
    typed.value = "";
  }
  const mine = new Set(words.fingerprints.split(" "));
  const prints = await Promise.all(opened.certificates.map((der) => crypto.subtle.digest("SHA-256", bytesOf(der))));
  const place = prints.findIndex((print) => mine.has(hex(print)));
  if (place < 0) throw new Error(words.foreign);
  const own = opened.certificates[place];
  const others = opened.certificates.filter((der) => der !== own);
  try {
    return await cms(forge, bytesOf(atob(words.content)), own, others, opened.key);
  } catch {
    throw new Error(words.failed);
  }
}

if (form && !window.crypto?.subtle) document.getElementById("sign-insecure").hidden = false;
else if (form) {
  form.hidden = false;
  const said = document.getElementById("sign-said");
  const ways = [...form.querySelectorAll("[data-way]")];
  const way = () => ways.find((one) => one.checked).dataset.way;
  for (const one of ways) {
    one.addEventListener("change", () => {
      for (const other of ways) {
        other.checked = other === one;
        document.getElementById(`with-${other.dataset.way}`).hidden = other !== one;
      }
      said.textContent = "";
    });
  }
  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    said.textContent = "";
    try {
      form.elements.cms.value = btoa(await (way() === "token" ? signedByToken : signedByFile)(form.dataset));
      form.submit();
    } catch (fault) {
      said.textContent = fault.message;
      document.getElementById(way() === "token" ? "pin" : "passphrase").focus();
      busy = false;
    }
  });
}
