// Les pages des modules, gardées sur l’appareil : le réseau d’abord, ce qui est gardé s’il se tait.
// CONTENUS est écrit par la page qui sert ce fichier : la version (autre contenu, autre fichier), les pages de chaque
// module, les fichiers du site, la langue, le territoire ou la structure dont on lit les modules.
const NOM = "apprendre";
const ATTENTE = 4000; // millisecondes avant de préférer ce qui est gardé
// les pages gardées d’une version d’avant : là tant que la nouvelle n’est pas venue
const ANCIENNES = "/apprendre/-anciennes";
const module = /^\/apprendre\/([a-z0-9-]+)\/(\d+\/|fiche\/)?$/;
const propre = (u) =>
  u.pathname === "/apprendre/" ||
  (module.test(u.pathname) && module.exec(u.pathname)[1] in CONTENUS.modules) ||
  u.pathname.startsWith("/apprendre/parcours/");

// Sans témoin de connexion, pour ne rien garder de personne : la page est celle de qui lit ici, dans sa langue, sans
// dire qui c’est.
const demande = {
  cache: "no-cache",
  credentials: "omit",
  headers: {
    "Accept-Language": CONTENUS.langue,
    ...(CONTENUS.lecteur && { "Maillage-Lecteur": CONTENUS.lecteur }),
  },
};
const mettre = async (cache, adresses, dire = () => {}) => {
  let faites = 0,
    ratees = 0;
  const venues = [];
  for (const adresse of adresses) {
    try {
      const deja = adresse.startsWith(CONTENUS.statique) && (await cache.match(adresse));
      if (!deja) {
        const reponse = await fetch(adresse, demande);
        if (!reponse.ok) throw new Error(String(reponse.status));
        await cache.put(adresse, reponse);
        venues.push(adresse);
      }
    } catch {
      ratees += 1;
    }
    faites += 1;
    if (faites % 5 === 0) dire({ faites, total: adresses.length, ratees });
  }
  await vieillir(
    cache,
    (await anciennes(cache)).filter((a) => !venues.includes(a)),
  );
  dire({ faites, total: adresses.length, ratees, fini: true });
};
const anciennes = async (cache) => (await (await cache.match(ANCIENNES))?.json()) ?? [];
const vieillir = (cache, lesquelles) => cache.put(ANCIENNES, new Response(JSON.stringify(lesquelles)));
// Un texte corrigé change la version : ce qui a été promis à l’appareil y reste, et se renouvelle en passant.
const trier = async (cache) => {
  const la = [];
  for (const requete of await cache.keys()) {
    const u = new URL(requete.url);
    if (propre(u)) la.push(u.pathname + u.search);
    else if (!u.pathname.startsWith(CONTENUS.statique)) await cache.delete(requete);
  }
  await vieillir(cache, la);
};
self.addEventListener("install", (e) => e.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (e) =>
  e.waitUntil(
    (async () => {
      await trier(await caches.open(NOM));
      await self.clients.claim();
    })(),
  ),
);
self.addEventListener("message", (e) =>
  e.waitUntil(
    (async () => {
      const cache = await caches.open(NOM);
      const dire = (quoi) => e.source?.postMessage(quoi);
      if (e.data.tout)
        return mettre(
          cache,
          [...CONTENUS.fichiers, "/apprendre/", ...CONTENUS.parcours, ...Object.values(CONTENUS.modules).flat()],
          dire,
        );
      const pages = CONTENUS.modules[e.data.module];
      if (pages) {
        const manquent = [],
          vieilles = await anciennes(cache);
        for (const a of [...CONTENUS.fichiers, ...pages])
          if (vieilles.includes(a) || !(await cache.match(a, { ignoreVary: true }))) manquent.push(a);
        await mettre(cache, manquent);
      }
    })(),
  ),
);

const garde = async (requete) =>
  (await caches.match(requete, { ignoreVary: true })) ??
  caches.match(requete, { ignoreVary: true, ignoreSearch: true });
const reseau = async (requete) => {
  const cache = await caches.open(NOM);
  try {
    const reponse = await Promise.race([
      fetch(requete),
      new Promise((_, non) => setTimeout(() => non(new Error("lent")), ATTENTE)),
    ]);
    if (reponse.ok && !/no-store/.test(reponse.headers.get("Cache-Control"))) await cache.put(requete, reponse.clone());
    if (reponse.status < 500) return reponse;
    throw new Error(String(reponse.status));
  } catch (raison) {
    const la = await garde(requete);
    if (la) return la;
    if (raison.message === "lent") return fetch(requete).catch(absente);
    return absente();
  }
};
const absente = () =>
  new Response(CONTENUS.absente, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
// Ce qui a été entendu reste, entier ; un téléphone qui en demande un morceau a ce morceau.
const entendre = async (requete) => {
  const cache = await caches.open(NOM);
  let reponse = await cache.match(requete.url);
  if (!reponse) {
    reponse = await fetch(requete.url);
    if (!reponse.ok) return reponse;
    await cache.put(requete.url, reponse.clone());
  }
  const [, debut, fin] = /^bytes=(\d+)-(\d*)$/.exec(requete.headers.get("Range") ?? "") ?? [];
  if (debut === undefined) return reponse;
  const corps = await reponse.blob(),
    dernier = Math.min(Number(fin || Infinity), corps.size - 1);
  return new Response(corps.slice(Number(debut), dernier + 1), {
    status: 206,
    headers: {
      "Content-Type": reponse.headers.get("Content-Type"),
      "Content-Range": `bytes ${debut}-${dernier}/${corps.size}`,
      "Accept-Ranges": "bytes",
    },
  });
};
self.addEventListener("fetch", (e) => {
  const u = new URL(e.request.url);
  if (e.request.method !== "GET" || u.origin !== location.origin) return;
  if (u.pathname.startsWith("/voix/")) return e.respondWith(entendre(e.request));
  if (u.pathname.startsWith(CONTENUS.statique))
    e.respondWith(
      (async () =>
        (await garde(e.request)) ??
        (async () => {
          const reponse = await fetch(e.request);
          if (reponse.ok) await (await caches.open(NOM)).put(e.request, reponse.clone());
          return reponse;
        })())(),
    );
  else if (propre(u)) e.respondWith(reseau(e.request));
  // Une carte, un groupe : jamais gardés ici.
  else if (e.request.mode === "navigate") e.respondWith(fetch(e.request).catch(absente));
});
