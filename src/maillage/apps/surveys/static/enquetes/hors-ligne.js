// La page de collecte, gardée sur l’appareil : une seule version à la fois, entière, servie avant le réseau.
// CONTENUS est écrit par la page qui sert ce fichier : la version, la page, ses fichiers.
const PREFIXE = "enquetes-",
  NOM = PREFIXE + CONTENUS.version;

self.addEventListener("install", (e) =>
  e.waitUntil(
    (async () => {
      // tout, ou rien : la version d’avant sert tant que celle-ci n’est pas entière
      const cache = await caches.open(NOM);
      await Promise.all(
        [CONTENUS.page, ...CONTENUS.fichiers].map(async (adresse) => {
          const reponse = await fetch(adresse, {
            cache: adresse === CONTENUS.page ? "reload" : "default",
            credentials: "omit",
            redirect: "error",
          });
          if (!reponse.ok) throw new Error(`${adresse} : ${reponse.status}`);
          await cache.put(adresse, reponse);
        }),
      );
      await self.skipWaiting();
    })(),
  ),
);
self.addEventListener("activate", (e) =>
  e.waitUntil(
    (async () => {
      for (const nom of await caches.keys()) if (nom.startsWith(PREFIXE) && nom !== NOM) await caches.delete(nom);
      await self.clients.claim();
    })(),
  ),
);
const garde = async (quoi) => (await caches.open(NOM)).match(quoi, { ignoreVary: true, ignoreSearch: true });
self.addEventListener("fetch", (e) => {
  const u = new URL(e.request.url);
  if (e.request.method !== "GET" || u.origin !== location.origin) return;
  if (u.pathname === CONTENUS.page) e.respondWith(garde(CONTENUS.page).then((la) => la ?? fetch(e.request)));
  else if (u.pathname.startsWith(CONTENUS.statique))
    e.respondWith(garde(u.pathname).then((la) => la ?? fetch(e.request)));
});
