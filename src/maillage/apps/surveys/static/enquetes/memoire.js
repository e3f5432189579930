// Ce qu’un appareil garde des enquêtes : ses liens, et les réponses tant que le serveur ne les a pas reçues. Rien n’en
// sort avant. reponses : { uid, jeton, etat: "brouillon" | "attente" | "refusee", version, moyen, lieu, langue,
// commencee, finie, valeurs, question, motif }
const BASE = "maillage-enquetes",
  SUR = { durability: "strict" }; // une réponse est sur le disque quand on dit qu’elle est gardée
export const CANAL = "BroadcastChannel" in self ? new self.BroadcastChannel(BASE) : null;

let ouverte;
const base = () =>
  (ouverte ??= new Promise((oui, non) => {
    const demande = indexedDB.open(BASE, 1);
    demande.onupgradeneeded = () => {
      demande.result.createObjectStore("liens", { keyPath: "jeton" });
      demande.result.createObjectStore("reponses", { keyPath: "uid" }).createIndex("etat", "etat");
      demande.result.createObjectStore("notes", { keyPath: "cle" });
    };
    demande.onsuccess = () => {
      demande.result.onversionchange = () => demande.result.close();
      demande.result.onclose = () => {
        ouverte = undefined;
      }; // le navigateur a repris la base : on la rouvre
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
const dans = async (ou, mode, faire) => {
  const tout = (await base()).transaction(ou, mode, SUR);
  const fini = new Promise((oui, non) => {
    tout.oncomplete = oui;
    tout.onabort = () => non(tout.error ?? new DOMException("", "AbortError"));
  });
  fini.catch(() => {});
  let dit;
  try {
    dit = await faire(...[ou].flat().map((nom) => tout.objectStore(nom)));
  } catch (raison) {
    try {
      tout.abort();
    } catch {
      /* déjà */
    }
    throw raison;
  }
  await fini;
  return dit;
};

// ----------------------------------------------------------------------------------------------------------- les liens
export const liens = () => dans("liens", "readonly", (l) => rendu(l.getAll()));
export const garderLien = (jeton) =>
  dans("liens", "readwrite", async (l) => {
    const la = await rendu(l.get(jeton));
    if (!la) await rendu(l.put({ jeton, kit: null, vu: 0, refus: "", rang: Date.now() }));
  });
// Une version gardée reste : un brouillon finit avec la sienne.
export const apprendre = (jeton, kit, vu) =>
  dans("liens", "readwrite", async (l) => {
    const la = await rendu(l.get(jeton));
    if (!la) return;
    const neuves = new Set(kit.versions.map((v) => v.numero));
    const versions = [...kit.versions, ...(la.kit?.versions ?? []).filter((v) => !neuves.has(v.numero))];
    await rendu(l.put({ ...la, kit: { ...kit, versions }, vu, refus: "" }));
  });
export const noterLien = (jeton, quoi) =>
  dans("liens", "readwrite", async (l) => {
    const la = await rendu(l.get(jeton));
    if (la) await rendu(l.put({ ...la, ...quoi, kit: quoi.kit ? { ...la.kit, ...quoi.kit } : la.kit }));
  });
// Un lien ne s’en va que s’il ne reste aucune réponse à lui.
export const oterLien = (jeton) =>
  dans(["liens", "reponses"], "readwrite", async (l, r) => {
    if ((await rendu(r.getAll())).some((x) => x.jeton === jeton)) return false;
    await rendu(l.delete(jeton));
    return true;
  });

// -------------------------------------------------------------------------------------------------------- les réponses
export const reponses = (etat) =>
  dans("reponses", "readonly", (r) => rendu(etat ? r.index("etat").getAll(etat) : r.getAll()));
export const commencer = (brouillon) =>
  dans("reponses", "readwrite", (r) => rendu(r.add({ ...brouillon, etat: "brouillon" })));
// Faux quand elle n’est plus un brouillon : finie dans un autre onglet, ou effacée.
export const ecrire = (brouillon) =>
  dans("reponses", "readwrite", async (r) => {
    const la = await rendu(r.get(brouillon.uid));
    if (la?.etat !== "brouillon") return false;
    await rendu(r.put(brouillon));
    return true;
  });
export const abandonner = (uid) =>
  dans("reponses", "readwrite", async (r) => {
    const la = await rendu(r.get(uid));
    if (la?.etat === "brouillon") await rendu(r.delete(uid));
  });
export const renvoyer = () =>
  dans("reponses", "readwrite", async (r) => {
    for (const x of await rendu(r.index("etat").getAll("refusee")))
      await rendu(r.put({ ...x, etat: "attente", motif: "" }));
  });
// L’accusé du serveur : ce qu’il a s’efface d’ici, ce qu’il refuse reste à part. Le compte et l’effacement, ensemble ou
// pas du tout.
export const accuser = (jeton, recues, refusees) =>
  dans(["reponses", "notes"], "readwrite", async (r, n) => {
    let faites = 0;
    for (const uid of recues) {
      const la = await rendu(r.get(uid));
      if (la && la.jeton === jeton && la.etat !== "brouillon") {
        await rendu(r.delete(uid));
        faites += 1;
      }
    }
    for (const { uid, motif } of refusees) {
      const la = await rendu(r.get(uid));
      if (la && la.jeton === jeton && la.etat === "attente") await rendu(r.put({ ...la, etat: "refusee", motif }));
    }
    const avant = (await rendu(n.get("envoyees")))?.dit ?? 0;
    await rendu(n.put({ cle: "envoyees", dit: avant + faites }));
    return faites;
  });

export const noter = (cle, dit) => dans("notes", "readwrite", (n) => rendu(n.put({ cle, dit })));
export const note = async (cle, sinon) => (await dans("notes", "readonly", (n) => rendu(n.get(cle))))?.dit ?? sinon;
export const compter = () =>
  dans(["reponses", "notes"], "readonly", async (r, n) => {
    const e = r.index("etat");
    return {
      attente: await rendu(e.count("attente")),
      refusees: await rendu(e.count("refusee")),
      brouillons: await rendu(e.count("brouillon")),
      envoyees: (await rendu(n.get("envoyees")))?.dit ?? 0,
    };
  });

// ------------------------------------------------------------------------------------------------------------- l’heure
// L’horloge d’un appareil se trompe, surtout après une panne : celle du serveur la corrige, et l’heure ne recule pas.
let decalage = 0,
  plancher = 0;
export const regler = async (serveur) => {
  if (!Number.isFinite(serveur)) return;
  [decalage, plancher] = [serveur - Date.now(), serveur];
  await noter("heure", { decalage, plancher });
};
export const relireHeure = async () => {
  ({ decalage, plancher } = await note("heure", { decalage: 0, plancher: 0 }));
};
export const heure = () => new Date(Math.max(Date.now() + decalage, plancher));
export const ecartHorloge = () => decalage;

export const numero = () => {
  const o = crypto.getRandomValues(new Uint8Array(16)); // hors d’une page sûre, randomUUID manque
  o[6] = (o[6] & 15) | 64;
  o[8] = (o[8] & 63) | 128;
  return [...o].map((x, n) => x.toString(16).padStart(2, "0") + ([3, 5, 7, 9].includes(n) ? "-" : "")).join("");
};
