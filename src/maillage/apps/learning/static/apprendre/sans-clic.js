// Avant de savoir cliquer : la barre d’espace avance, ou la flèche posée 2 secondes. Échap arrête.
const un = (quoi) => document.querySelector(quoi);
const LENT = "maillage-attente",
  GAUCHER = "maillage-gaucher",
  DUREE = 2000;
const lire = (cle) => {
  try {
    return localStorage.getItem(cle);
  } catch {
    return null;
  }
};
const garder = (cle, quoi) => {
  try {
    localStorage.setItem(cle, quoi);
  } catch {
    /* pour cette page seulement */
  }
};

const dit = un("[data-sans-clic]"),
  suite = un("[data-suite]");
if (dit) {
  const pose = un("[data-pose]"),
    attendre = () => pose.getAttribute("aria-pressed") === "true";
  const prete = () => suite.classList.contains("plein"); // un exercice d’abord : on n’en sort pas par mégarde
  let attente = 0;
  const arreter = () => {
    clearTimeout(attente);
    suite.classList.remove("attend");
  };
  dit.hidden = false;
  if (lire(LENT) === "non") pose.setAttribute("aria-pressed", "false");
  pose.addEventListener("click", () => {
    pose.setAttribute("aria-pressed", String(!attendre()));
    garder(LENT, attendre() ? "oui" : "non");
    arreter();
  });
  suite.addEventListener("pointerenter", (e) => {
    if (e.pointerType !== "mouse" || !attendre() || !prete()) return;
    suite.classList.add("attend");
    attente = setTimeout(() => suite.click(), DUREE);
  });
  suite.addEventListener("pointerleave", arreter);
  addEventListener("keydown", (e) => {
    if (e.key === "Escape") arreter();
    const ailleurs = e.target.closest?.(
      "button, input, select, textarea, summary, a:not([data-suite]), [data-exercice]",
    );
    if (e.key !== " " || e.repeat || e.ctrlKey || e.altKey || e.metaKey || ailleurs || !prete()) return;
    e.preventDefault();
    suite.click();
  });
}

const gaucher = un("[data-gaucher]");
if (gaucher) {
  const dessins = un(".dessins-etape");
  const montrer = (oui) => {
    gaucher.setAttribute("aria-pressed", String(oui));
    dessins.classList.toggle("miroir", oui);
  };
  gaucher.hidden = false;
  montrer(lire(GAUCHER) === "oui");
  gaucher.addEventListener("click", () => {
    const oui = gaucher.getAttribute("aria-pressed") !== "true";
    garder(GAUCHER, oui ? "oui" : "non");
    montrer(oui);
  });
}
