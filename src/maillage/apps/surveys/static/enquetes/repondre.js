// Répondre seul : une réponse qui exclut les autres les efface ; une borne se remet à zéro après un merci ou un
// silence. Tout marche sans ce script : le serveur relit les mêmes règles.
const SILENCE = 90_000,
  DERNIER_MOT = 20_000,
  MERCI = 12_000;
for (const question of document.querySelectorAll("[data-page] .demande")) {
  const cases = [...question.querySelectorAll("input[type=checkbox][name^='q-']")],
    tus = [...question.querySelectorAll("[data-tu]")];
  question.addEventListener("change", ({ target }) => {
    if (cases.includes(target) && target.checked)
      for (const autre of cases)
        if (autre !== target && ("seul" in target.dataset || "seul" in autre.dataset)) autre.checked = false;
    if (tus.includes(target) && target.checked) {
      for (const autre of tus) if (autre !== target) autre.checked = false;
      for (const champ of question.querySelectorAll("input:not([type=checkbox]), textarea, select")) champ.value = "";
    }
  });
  question.addEventListener("input", ({ target }) => {
    if (target.matches("input:not([type=checkbox], [type=radio]), select") && target.value)
      for (const tu of tus) tu.checked = false;
  });
}
document.querySelector(".message.error[role=alert] a")?.focus();

const merci = document.querySelector("[data-merci]"),
  retour = document.querySelector("[data-borne]"),
  question = document.querySelector(".borne-silence");
if (merci) setTimeout(() => location.replace(merci.dataset.merci), MERCI);
else if (retour) {
  let attente;
  const ecouter = () => {
    clearTimeout(attente);
    attente = setTimeout(() => {
      if (question.showModal) question.showModal();
      else question.setAttribute("open", "");
      attente = setTimeout(() => retour.submit(), DERNIER_MOT);
    }, SILENCE);
  };
  question.querySelector("button").addEventListener("click", () => {
    if (question.close) question.close();
    else question.removeAttribute("open");
    ecouter();
  });
  question.addEventListener("close", ecouter);
  for (const geste of ["pointerdown", "keydown", "scroll"])
    addEventListener(
      geste,
      () => {
        if (!question.open) ecouter();
      },
      { passive: true },
    );
  if (document.querySelector("[data-page], .relecture")) ecouter();
  // Le serveur sait que la page veille : il n’oublie pas, au milieu d’une page, qui répond lentement.
  for (const forme of document.querySelectorAll("main form"))
    forme.insertAdjacentHTML("beforeend", `<input type="hidden" name="veille" value="1">`);
}
