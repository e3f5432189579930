// Les essais du bilan : ce que le script mesure, sur l’appareil. Ni ce qui est écrit ni les gestes ne partent : des
// nombres.
const un = (quoi, dans = document) => dans.querySelector(quoi);
const tous = (quoi, dans = document) => [...dans.querySelectorAll(quoi)];
const formulaire = un("main form");
const mettre = (nom, valeur) => {
  const champ = un(`main form [name="${nom}"]`);
  if (champ) champ.value = valeur;
};
const dit = un("[data-dit]");
const dire = (texte) => {
  dit.textContent = "";
  setTimeout(() => {
    dit.textContent = texte;
  }, 30);
};

// Avec le script, tous les essais se font.
for (const lien of tous("[data-avec-script]")) lien.href = lien.dataset.avecScript;
for (const bloc of tous("[data-script]")) bloc.hidden = false;
for (const bloc of tous("[data-sans-script]")) bloc.hidden = true;
mettre("script", "1");

// Le temps passé devant l’écran, sans celui où la page est cachée. Il se décrit, il ne se juge pas.
let passe = 0,
  depuis = performance.now();
const secondes = () => (passe + (document.hidden ? 0 : performance.now() - depuis)) / 1000;
document.addEventListener("visibilitychange", () => {
  if (document.hidden) passe += performance.now() - depuis;
  else depuis = performance.now();
});

// La voie : souris, doigt, stylet, ou clavier (un appui sans pointeur).
let pointeur = "";
addEventListener(
  "pointerdown",
  (e) => {
    pointeur = e.pointerType;
  },
  true,
);
addEventListener(
  "keydown",
  () => {
    pointeur = "";
  },
  true,
);
const voie = (e) => (e.detail === 0 || !pointeur ? "keyboard" : pointeur);
formulaire?.addEventListener("click", (e) => {
  if (e.target.closest("button")) mettre("voie", voie(e));
});
formulaire?.addEventListener("submit", () => mettre("secondes", secondes().toFixed(1)));

const finir = () => {
  const suivant = un("[data-suivant]");
  for (const bouton of tous("[data-verifier]")) bouton.hidden = true;
  suivant.hidden = false;
  suivant.focus();
};

// Toucher : le soleil change de place et rapetisse. Toucher à côté ne casse rien.
const scene = un("[data-viser]");
if (scene) {
  const cases = tous(".essai-case", scene),
    cible = un(`[data-image="${scene.dataset.viser}"]`, scene);
  const tailles = scene.dataset.tailles.split(","),
    ecarts = tailles.map(() => 0),
    voies = new Set();
  let tour = 0;
  const placer = () => {
    const avant = cible.parentElement;
    const libres = cases.filter((c) => c !== avant),
      ou = libres[Math.floor(Math.random() * libres.length)];
    const autre = ou.firstElementChild;
    ou.append(cible);
    avant.append(autre);
    scene.dataset.taille = tailles[tour];
  };
  placer();
  scene.addEventListener("click", (e) => {
    if (tour === tailles.length) return;
    const par = voie(e);
    if (e.target.closest("button") !== cible) {
      ecarts[tour] = Math.min(ecarts[tour] + 1, 99);
      dire(dit.dataset.rate);
      return;
    }
    voies.add(par);
    tour += 1;
    if (tour < tailles.length) {
      placer();
      dire(dit.getAttribute(`data-touche-${tour}`));
      if (par === "keyboard") un("h1").focus();
      return;
    }
    mettre("ecarts", ecarts.join(","));
    dire(dit.dataset.fini);
    finir();
  });
  // Ce qui compte est la voie des trois appuis, pas celle du bouton « Suivant ».
  formulaire.addEventListener("click", () =>
    mettre("voie", voies.has("keyboard") ? "keyboard" : ([...voies][0] ?? "")),
  );
}

// Faire défiler : combien de fois on change de sens.
const notice = un("[data-defiler]");
if (notice) {
  let y = scrollY,
    sens = 0,
    virages = 0;
  addEventListener(
    "scroll",
    () => {
      const pas = Math.sign(scrollY - y);
      if (Math.abs(scrollY - y) < 12) return;
      if (sens && pas !== sens) virages += 1;
      sens = pas;
      y = scrollY;
      mettre("virages", Math.min(virages, 99));
    },
    { passive: true },
  );
}

// Écrire : deux essais par modèle ; ce qui est écrit reste ici.
if (formulaire?.dataset.ecrire) {
  const modeles = tous("[data-modele]"),
    noms = ["mot", "adresse"],
    cherchees = new Set();
  let rang = 0,
    essais = 0,
    corrections = 0,
    dernier = performance.now(),
    fini = false;
  const net = (texte) => texte.trim().toLowerCase();
  for (const bloc of modeles) {
    const champ = un("input", bloc);
    champ.addEventListener("beforeinput", (e) => {
      if (e.inputType.startsWith("delete")) corrections = Math.min(corrections + 1, 99);
      else if (performance.now() - dernier > 10_000 && champ.value.length < bloc.dataset.modele.length)
        cherchees.add(bloc.dataset.modele[champ.value.length]);
      dernier = performance.now();
      mettre("corrections", corrections);
      mettre("cherchees", [...cherchees].join(""));
    });
  }
  formulaire.addEventListener("submit", (e) => {
    if (fini) return;
    e.preventDefault();
    const bloc = modeles[rang],
      champ = un("input", bloc);
    if (!champ.value.trim()) return champ.focus();
    essais += 1;
    dernier = performance.now();
    const juste = net(champ.value) === bloc.dataset.modele;
    if (juste) mettre(noms[rang], essais);
    if (!juste && essais < Number(formulaire.dataset.ecrire)) {
      dire(dit.dataset.encore);
      return champ.focus();
    }
    if (!juste || rang === modeles.length - 1) {
      fini = true;
      champ.readOnly = true;
      dire(juste ? dit.dataset.juste : dit.dataset.assez);
      return finir();
    }
    bloc.hidden = true;
    rang += 1;
    essais = 0;
    modeles[rang].hidden = false;
    dire(dit.dataset.juste);
    un("input", modeles[rang]).focus();
  });
}
