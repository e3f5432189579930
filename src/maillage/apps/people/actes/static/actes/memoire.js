// Ce qu’un appareil garde des actes tant que le serveur ne les a pas reçus : rien d’autre, et rien n’en sort avant.
// actes : { uid, compte, etat: "attente" | "refusee", motif, pour, lu, structure, personne, carte, nature, demarche,
// organisme, minutes, ou, fin, quand, precision, urgence }
const BASE = "maillage-actes",
  SUR = { durability: "strict" }; // un acte est sur le disque quand on dit qu’il est gardé

let ouverte;
const base = () =>
  (ouverte ??= new Promise((oui, non) => {
    const demande = indexedDB.open(BASE, 1);
    demande.onupgradeneeded = () => demande.result.createObjectStore("actes", { keyPath: "uid" });
    demande.onsuccess = () => {
      demande.result.onversionchange = () => demande.result.close();
      demande.result.onclose = () => {
        ouverte = undefined;
      };
      oui(demande.result);
    };
    demande.onerror = () => {
      ouverte = undefined;
      non(demande.error);
    };
  }));
const rendu = (demande) =>
  new Promise((oui, non) => {
    demande.onsuccess = () => oui(demande.result);
    demande.onerror = () => non(demande.error);
  });
// Une transaction entière : ce que rend `faire` n’est rendu qu’une fois tout écrit.
const dans = async (mode, faire) => {
  const tout = (await base()).transaction("actes", mode, SUR);
  const fini = new Promise((oui, non) => {
    tout.oncomplete = oui;
    tout.onabort = () => non(tout.error ?? new DOMException("", "AbortError"));
  });
  fini.catch(() => {});
  const dit = await faire(tout.objectStore("actes"));
  await fini;
  return dit;
};

export const tous = () => dans("readonly", (a) => rendu(a.getAll()));
export const garder = (acte) => dans("readwrite", (a) => rendu(a.put({ ...acte, etat: "attente", motif: "" })));
export const oter = (uid) => dans("readwrite", (a) => rendu(a.delete(uid)));
// L’accusé du serveur : ce qu’il a s’efface d’ici, ce qu’il refuse reste à part, avec sa raison.
export const accuser = (recues, refusees) =>
  dans("readwrite", async (a) => {
    for (const uid of recues) await rendu(a.delete(uid));
    for (const { uid, motif } of refusees) {
      const la = await rendu(a.get(uid));
      if (la) await rendu(a.put({ ...la, etat: "refusee", motif }));
    }
  });

export const numero = () => {
  const o = crypto.getRandomValues(new Uint8Array(16)); // hors d’une page sûre, randomUUID manque
  o[6] = (o[6] & 15) | 64;
  o[8] = (o[8] & 63) | 128;
  return [...o].map((x, n) => x.toString(16).padStart(2, "0") + ([3, 5, 7, 9].includes(n) ? "-" : "")).join("");
};
