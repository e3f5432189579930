// Faire le point : tout marche sans ce script. Il lit à voix haute, et tient les réponses qui ne vont pas ensemble.
const tous = (quoi, ou = document) => [...ou.querySelectorAll(quoi)];

for (const bouton of tous("[data-imprimer]")) {
  bouton.hidden = false;
  bouton.addEventListener("click", () => print());
}

// « Rien de tout ça » retire les autres réponses, et l’inverse.
for (const question of tous("[data-question]")) {
  const cases = tous('input[type="checkbox"]', question);
  for (const une of cases)
    une.addEventListener("change", () => {
      if (!une.checked) return;
      for (const autre of cases)
        if (autre !== une && ("seule" in une.dataset || "seule" in autre.dataset)) autre.checked = false;
    });
}

// Avec la personne qui aide, une réponse touchée mène à la question suivante. Au clavier, elle attend « Suivant ».
for (const question of tous("form[data-suite]")) {
  for (const mot of tous("[data-suite-dite]")) mot.hidden = false;
  let touchee = false;
  question.addEventListener("click", ({ target, detail }) => {
    if (!detail || touchee || !target.closest(".tuile")) return;
    touchee = true;
    setTimeout(() => question.requestSubmit()); // la réponse est alors cochée
  });
  addEventListener("pageshow", () => {
    touchee = false;
  });
}
// Une erreur, un conseil : le lecteur d’écran et le clavier y vont d’abord.
(document.querySelector(".message.error[role='alert']") ?? document.querySelector(".conseil"))?.scrollIntoView({
  block: "nearest",
});
document.querySelector(".conseil")?.focus();
