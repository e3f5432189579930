// Écouter : notre propre texte, phrase par phrase, le mot dit sur fond jaune là où le navigateur le permet. La voix du
// navigateur d’abord ; sans elle, ou là où une personne a parlé, les phrases enregistrées : « maillage voix ».
const tous = (quoi, ou = document) => [...ou.querySelectorAll(quoi)];
const barre = document.querySelector("[data-ecoute]");
// Un texte tel que le livre des enregistrements le nomme, et où tombe chacun de ses caractères dans celui de la page.
const serre = (texte) => {
  const places = [];
  let mots = "";
  texte.replace(/\S+/g, (mot, ou) => {
    if (mots) places.push(ou);
    mots += mots && " ";
    for (let n = 0; n < mot.length; n++)
      if (mot[n] !== "\u2060") {
        mots += mot[n];
        places.push(ou + n);
      }
  });
  return { mots, places };
};
if (barre) {
  const langue = () => barre.parentElement.parentElement.closest("[lang]")?.lang || "fr"; // celle de ce qui est lu
  const ecouter = barre.querySelector("[data-ecouter]"),
    lentement = barre.querySelector("[data-lentement]");
  const dit = ecouter.querySelector("span"),
    etat = barre.querySelector("[role=status]"),
    debut = dit.textContent,
    son = window.Audio ? new Audio() : null; // un seul : un iPhone n’ouvre que celui que l’on a touché
  const voix = () => window.speechSynthesis?.getVoices().find((v) => v.lang.toLowerCase().startsWith(langue()));
  let livre = new Map(),
    morceaux = [],
    lu,
    lente = false,
    tour = 0,
    reponseLue = "";

  // Ce qui se lit : un élément, et ce qui est dit de lui. La réponse d’un exercice, tant qu’elle n’a pas été lue.
  const page = () =>
    tous("main [data-dire]")
      .filter((e) => e.getClientRects().length)
      .map((element) => ({ element, parole: element.dataset.parole || element.textContent }));
  const reponse = () => {
    const boite = document.querySelector("main [data-retour]"),
      texte = serre(boite?.textContent ?? "").mots;
    if (!texte || texte === reponseLue) return [];
    reponseLue = texte;
    return tous("p", boite).flatMap((element) =>
      [...element.childNodes]
        .filter((n) => n.textContent.trim())
        .map((n) => ({ element: n.nodeType === Node.ELEMENT_NODE ? n : element, parole: n.textContent })),
    );
  };
  const enregistre = (morceau) => livre.get(serre(morceau.parole).mots);
  // ce qui n’est dit qu’à une personne n’est pas enregistré : lire deux titres sans leur suite n’aide pas
  const estEnregistree = (quoi) => quoi.length > 0 && quoi.filter(enregistre).length >= quoi.length / 2;
  const aVoix = () => !!voix() || (livre.size > 0 && estEnregistree(page()));
  const paraitre = () => {
    barre.hidden = !aVoix();
  };
  const taire = () => {
    tour++;
    window.speechSynthesis?.cancel();
    son?.pause();
  };
  const effacer = () => {
    CSS.highlights?.delete("dit");
    lu?.element.classList.remove("est-dit");
  };
  const montrer = (etape) => {
    ecouter.setAttribute("aria-pressed", String(etape === "lit"));
    dit.textContent = etape === "lit" ? ecouter.dataset.pause : etape === "pause" ? ecouter.dataset.reprendre : debut;
    etat.textContent = etape === "lit" ? etat.dataset.lit : "";
  };
  const finir = () => {
    morceaux = [];
    effacer();
    lu = undefined;
    taire();
    montrer("fini");
  };
  const surligner = (noeuds, { charIndex, charLength }) => {
    const trouve = noeuds.findLast(([depart]) => depart <= charIndex);
    if (!CSS.highlights || !trouve) return;
    const mot = new Range(),
      premier = Math.min(charIndex - trouve[0], trouve[1].length);
    mot.setStart(trouve[1], premier);
    mot.setEnd(trouve[1], Math.min(premier + (charLength || 1), trouve[1].length));
    CSS.highlights.set("dit", new self.Highlight(mot));
  };
  const suivre = (noeuds, texte, [, secondes, mots], ceTour) => {
    const { places } = serre(texte);
    const voir = () => {
      if (ceTour !== tour || son.paused) return;
      let rang = -2;
      while (rang + 2 < mots.length && mots[rang + 3] <= son.currentTime) rang += 2;
      const charIndex = places[mots[rang]];
      if (charIndex !== undefined)
        surligner(noeuds, { charIndex, charLength: /^\S*/.exec(texte.slice(charIndex))[0].length });
      requestAnimationFrame(voir);
    };
    // une autre durée : une autre personne parle, dont on ne sait pas quand elle dit chaque mot
    if (Math.abs(son.duration - secondes) < 0.5) voir();
    else lu.element.classList.add("est-dit");
  };
  const lire = () => {
    effacer();
    lu = morceaux[0];
    if (!lu) return finir();
    const ceTour = ++tour,
      noeuds = [],
      marcheur = document.createTreeWalker(lu.element, NodeFilter.SHOW_TEXT);
    let texte = "";
    while (marcheur.nextNode()) {
      noeuds.push([texte.length, marcheur.currentNode]);
      texte += marcheur.currentNode.data;
    }
    const autrement = serre(lu.parole).mots !== serre(texte).mots || !CSS.highlights;
    if (autrement) lu.element.classList.add("est-dit");
    const suite = () => {
      if (ceTour !== tour) return;
      morceaux.shift();
      lire();
    };
    const piste = enregistre(lu);
    if (son && piste && (piste[3] || !voix())) {
      son.src = new URL(`../${piste[0]}`, new URL(barre.dataset.voix, location.href)).href;
      son.playbackRate = lente ? 0.75 : 1;
      son.onended = suite;
      son.onerror = suite;
      son.onplaying = () => autrement || suivre(noeuds, texte, piste, ceTour);
      son.play()?.catch(() => {}); // une pause, ou la suite, l’interrompt
      return;
    }
    if (!voix()) return suite();
    const parole = new SpeechSynthesisUtterance(lu.parole);
    parole.voice = voix();
    parole.lang = parole.voice.lang;
    parole.rate = lente ? 0.7 : 0.95;
    if (!autrement) parole.onboundary = (e) => surligner(noeuds, e);
    parole.onend = suite;
    speechSynthesis.speak(parole);
  };
  ecouter.addEventListener("click", () => {
    if (ecouter.getAttribute("aria-pressed") === "true") {
      taire();
      effacer();
      return montrer("pause");
    }
    const nouveau = reponse();
    if (nouveau.length) morceaux = nouveau;
    else if (!morceaux.length) morceaux = page();
    montrer("lit");
    lire();
  });
  lentement.addEventListener("click", () => {
    lente = !lente;
    lentement.setAttribute("aria-pressed", String(lente));
    if (ecouter.getAttribute("aria-pressed") === "true") {
      taire();
      lire();
    }
  });
  window.speechSynthesis?.addEventListener?.("voiceschanged", paraitre);
  paraitre();
  if (son && barre.dataset.voix)
    fetch(barre.dataset.voix)
      .then((reponse) => (reponse.ok ? reponse.json() : {}))
      .then((textes) => {
        livre = new Map(Object.entries(textes));
      })
      .catch(() => {}) // sans réseau : la voix du navigateur, ou rien
      .then(paraitre);
  document.addEventListener("ecran", () => {
    if (morceaux.length) finir();
    paraitre();
  }); // la page a changé sur place
  addEventListener("pagehide", taire);
}
