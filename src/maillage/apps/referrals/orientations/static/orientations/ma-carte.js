// La page d’une personne se ferme seule, dix minutes après le dernier geste ; on prévient une minute avant.
const FERMEE = 600_000,
  AVANT = 60_000;
const annonce = document.querySelector("[data-bientot-fermee]"),
  fermer = document.querySelector("[data-fermer-carte]");
let vu = Date.now();

const present = async () => {
  vu = Date.now();
  annonce.hidden = true;
  try {
    const la = await fetch(location.href, { redirect: "manual", cache: "no-store" });
    if (!la.ok) location.reload();
  } catch {
    /* plus d’Internet : la prochaine page le dira */
  }
};
annonce.querySelector("button").addEventListener("click", present);
const regarder = () => {
  const reste = FERMEE - (Date.now() - vu);
  if (reste <= 0) {
    clearInterval(tour); // fermer une fois suffit : un second envoi arrêterait le premier
    return fermer.requestSubmit();
  }
  annonce.hidden = reste > AVANT;
};
const tour = setInterval(regarder, 5_000);
document.addEventListener("visibilitychange", regarder);
// Le bouton « page d’avant » du navigateur ne remontre rien : quittée, la page se vide ; revenue, elle se redemande.
addEventListener("pagehide", () => document.body.replaceChildren());
addEventListener("pageshow", (e) => {
  if (e.persisted) location.reload();
});
