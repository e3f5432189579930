// Signer avec le doigt : les traits deviennent un tracé de texte. Sans JavaScript, le papier et la voix restent.
const forme = document.querySelector("[data-signature]");
if (forme) {
  const toile = forme.querySelector("canvas"),
    encre = toile.getContext("2d"),
    traits = forme.elements.traits,
    vide = forme.querySelector("[data-vide]");
  const LARGEUR = toile.width,
    HAUTEUR = toile.height,
    PLUS_LONG = 19000;
  let trace = false,
    dernier = "";
  forme.hidden = false;

  const borne = (valeur, haut) => Math.max(0, Math.min(haut, Math.round(valeur)));
  const point = (e) => {
    const cadre = toile.getBoundingClientRect();
    return [
      borne(((e.clientX - cadre.left) / cadre.width) * LARGEUR, LARGEUR),
      borne(((e.clientY - cadre.top) / cadre.height) * HAUTEUR, HAUTEUR),
    ];
  };
  const poser = (lettre, [x, y]) => {
    const ici = `${x} ${y}`;
    if ((lettre === "L" && ici === dernier) || traits.value.length > PLUS_LONG) return;
    traits.value += lettre + ici;
    dernier = ici;
    if (lettre === "M") {
      encre.beginPath();
      encre.moveTo(x, y);
    } else {
      encre.lineTo(x, y);
      encre.stroke();
    }
  };
  const propre = () => {
    encre.clearRect(0, 0, LARGEUR, HAUTEUR);
    encre.strokeStyle = getComputedStyle(toile).color;
    encre.lineWidth = 5;
    encre.lineCap = encre.lineJoin = "round";
    traits.value = dernier = vide.textContent = "";
  };
  propre();

  toile.addEventListener("pointerdown", (e) => {
    e.preventDefault();
    toile.setPointerCapture(e.pointerId);
    trace = true;
    poser("M", point(e));
  });
  toile.addEventListener("pointermove", (e) => {
    if (trace) for (const bout of e.getCoalescedEvents?.() ?? [e]) poser("L", point(bout));
  });
  for (const fin of ["pointerup", "pointercancel"]) toile.addEventListener(fin, () => (trace = false));
  forme.querySelector("[data-effacer]").addEventListener("click", propre);
  forme.addEventListener("submit", (e) => {
    if (traits.value.includes("L")) return;
    e.preventDefault();
    vide.textContent = vide.dataset.mots;
    toile.scrollIntoView({ block: "center" });
  });
}
