// Ce qui a été fait, sur cet appareil et nulle part ailleurs. Jamais ce qui est écrit : des nombres, et où l’on en est.
const CLE = "maillage-apprendre";

export const lire = () => { try { return JSON.parse(localStorage.getItem(CLE)) ?? {}; } catch { return {}; } };
export const noter = (module, version, etape, quoi) => {
  const tout = lire(), un = tout[module]?.version === version ? tout[module] : { version, etapes: {} };
  un.derniere = etape;
  if (quoi) un.etapes[etape] = { ...un.etapes[etape], ...quoi };
  tout[module] = un;
  try { localStorage.setItem(CLE, JSON.stringify(tout)); return true; } catch { return false; }
};

// Les cartons des modules : où l’on en est, en mots.
const fait = lire();
for (const carton of document.querySelectorAll("[data-module][href]")) {
  const un = fait[carton.dataset.module], dit = carton.querySelector("[data-ou-jen-suis]");
  if (!un || !dit) continue;
  const fini = un.derniere >= Number(carton.dataset.etapes);
  dit.textContent = fini ? " · fait" : ` · étape ${un.derniere} sur ${carton.dataset.etapes}`;
  dit.hidden = false;
  carton.classList.toggle("fait", fini);
}
const reprendre = document.querySelector("[data-reprendre-module]");
if (reprendre) {
  const un = fait[reprendre.dataset.reprendreModule];
  if (un && un.derniere > 1 && un.derniere < Number(reprendre.dataset.etapes)) {
    reprendre.href = reprendre.href.replace(/\/1\/$/, `/${un.derniere}/`);
    reprendre.querySelector("span").textContent = `Reprendre à l’étape ${un.derniere}`;
  } else if (un) reprendre.querySelector("span").textContent = "Recommencer";
}
const effacer = document.querySelector("[data-tout-effacer]");
if (effacer && Object.keys(fait).length) {
  effacer.hidden = false;
  effacer.addEventListener("click", () => { localStorage.removeItem(CLE); location.reload(); });
}
for (const bouton of document.querySelectorAll("[data-imprimer]")) { bouton.hidden = false; bouton.addEventListener("click", () => print()); }

// Une étape ouverte est une étape où l’on en est.
const page = document.querySelector(".etape[data-module]");
if (page) noter(page.dataset.module, Number(page.dataset.version), Number(page.dataset.etape), null);
