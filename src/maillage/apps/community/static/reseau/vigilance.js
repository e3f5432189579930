// While one types: a word about what may make somebody known. Nothing leaves the page, nothing is refused here.
const notice = document.getElementById("vigilance");
const list = document.getElementById("signes");

if (notice && list) {
  const marks = Object.entries(JSON.parse(list.textContent)).map(([name, each]) => [
    name,
    each.mots,
    new RegExp(each.signe),
  ]);
  const field = document.querySelector("textarea[data-vigilance]");
  let last = "";

  const read = () => {
    let found = marks.filter(([, , sign]) => sign.test(field.value));
    if (found.some(([name]) => name === "telephone")) found = found.filter(([name]) => name !== "number");
    const words = found.map(([, each]) => each).join(", ");
    if (words === last) return;
    last = words;
    notice.hidden = !words;
    notice.textContent = words
      ? `Ce message contient peut-être ${words}. Retirez ce qui ferait reconnaître une personne aidée.`
      : "";
  };
  field.addEventListener("input", read);
  read();
}
