// La visite se termine seule : on prévient trois minutes avant, et taper du texte compte comme être là.
const annonce = document.querySelector("[data-seance]");
const LIMITE = Number(annonce.dataset.seance) * 1000,
  AVANT = 180_000,
  TAPER = 300_000;
let vu = Date.now(),
  tape = false;

const present = async () => {
  vu = Date.now();
  annonce.hidden = true;
  try {
    await fetch(annonce.dataset.presence, { redirect: "manual" });
  } catch {
    /* plus d’Internet : la prochaine page le dira */
  }
};

annonce.querySelector("button").addEventListener("click", present);
document.addEventListener("input", () => {
  tape = true;
  if (Date.now() - vu > TAPER) present();
});
setInterval(() => {
  const reste = LIMITE - (Date.now() - vu);
  if (reste <= 0 && !tape) return location.reload(); // rien n’était commencé : l’écran ne montre plus personne
  annonce.hidden = reste > AVANT;
  annonce.querySelector("[data-reste]").textContent = Math.max(Math.ceil(reste / 60_000), 0);
}, 15_000);
