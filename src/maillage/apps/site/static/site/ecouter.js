// Écouter : notre propre texte, phrase par phrase, le mot dit sur fond jaune là où le navigateur le permet.
const tous = (quoi, ou = document) => [...ou.querySelectorAll(quoi)];
const barre = document.querySelector("[data-ecoute]"),
  sans = document.querySelector("[data-sans-voix]");
const memoire = (nom, valeur) => {
  try {
    return valeur ? sessionStorage.setItem(nom, valeur) : sessionStorage.getItem(nom);
  } catch {
    return null; // un navigateur qui ne garde rien le redira
  }
};
if (barre) {
  const dejaDit = !!memoire("sans-voix"); // dit une fois, sur la première page
  const langue = () => barre.parentElement.parentElement.closest("[lang]")?.lang || "fr"; // celle de ce qui est lu
  const ecouter = barre.querySelector("[data-ecouter]"),
    lentement = barre.querySelector("[data-lentement]");
  const dit = ecouter.querySelector("span"),
    etat = barre.querySelector("[role=status]"),
    debut = dit.textContent;
  const voix = () => window.speechSynthesis?.getVoices().find((v) => v.lang.toLowerCase().startsWith(langue()));
  const paraitre = () => {
    barre.hidden = !voix();
    sans.hidden = !!voix() || dejaDit;
    if (!sans.hidden) memoire("sans-voix", "dit");
  };
  let morceaux = [],
    lu,
    lente = false,
    tour = 0;

  const effacer = () => {
    CSS.highlights?.delete("dit");
    lu?.classList.remove("est-dit");
  };
  const montrer = (etape) => {
    ecouter.setAttribute("aria-pressed", String(etape === "lit"));
    dit.textContent = etape === "lit" ? ecouter.dataset.pause : etape === "pause" ? ecouter.dataset.reprendre : debut;
    etat.textContent = etape === "lit" ? etat.dataset.lit : "";
  };
  const finir = () => {
    tour++;
    morceaux = [];
    lu = undefined;
    effacer();
    speechSynthesis.cancel();
    montrer("fini");
  };
  const surligner = (element, noeuds, { charIndex, charLength }) => {
    const trouve = noeuds.findLast(([depart]) => depart <= charIndex);
    if (!CSS.highlights || !trouve) return;
    const mot = new Range(),
      premier = Math.min(charIndex - trouve[0], trouve[1].length);
    mot.setStart(trouve[1], premier);
    mot.setEnd(trouve[1], Math.min(premier + (charLength || 1), trouve[1].length));
    CSS.highlights.set("dit", new self.Highlight(mot));
  };
  const lire = () => {
    effacer();
    lu = morceaux[0];
    if (!lu) return finir();
    const ceTour = ++tour,
      element = lu,
      noeuds = [],
      marcheur = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    let texte = "";
    while (marcheur.nextNode()) {
      noeuds.push([texte.length, marcheur.currentNode]);
      texte += marcheur.currentNode.data;
    }
    const autrement = element.dataset.parole && element.dataset.parole !== texte.trim();
    const parole = new SpeechSynthesisUtterance(autrement ? element.dataset.parole : texte);
    parole.voice = voix();
    parole.lang = parole.voice?.lang ?? langue();
    parole.rate = lente ? 0.7 : 0.95;
    if (autrement || !CSS.highlights) element.classList.add("est-dit");
    else parole.onboundary = (e) => surligner(element, noeuds, e);
    parole.onend = () => {
      if (ceTour === tour) {
        morceaux.shift();
        lire();
      }
    };
    speechSynthesis.speak(parole);
  };
  ecouter.addEventListener("click", () => {
    if (ecouter.getAttribute("aria-pressed") === "true") {
      tour++;
      speechSynthesis.cancel();
      effacer();
      return montrer("pause");
    }
    if (!morceaux.length) morceaux = tous("main [data-dire]").filter((e) => e.getClientRects().length);
    montrer("lit");
    lire();
  });
  lentement.addEventListener("click", () => {
    lente = !lente;
    lentement.setAttribute("aria-pressed", String(lente));
    if (ecouter.getAttribute("aria-pressed") === "true") {
      tour++;
      speechSynthesis.cancel();
      lire();
    }
  });
  window.speechSynthesis?.addEventListener?.("voiceschanged", paraitre);
  paraitre();
  document.addEventListener("ecran", () => {
    if (morceaux.length) finir();
    paraitre();
  }); // la page a changé sur place
  addEventListener("pagehide", () => window.speechSynthesis?.cancel());
}
