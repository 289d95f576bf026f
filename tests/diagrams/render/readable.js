// What can't be read well in the SVGs of a page: texts on texts, and texts whose colour is too near
// to that of the ground under their middle. The page must be seen as a whole.
(least) => {
  const found = new Set();
  const texts = [];
  for (const text of document.querySelectorAll("svg text")) {
    const rows = [...text.querySelectorAll("tspan[x]")];
    for (const row of rows.length ? rows : [text]) {
      const range = document.createRange();
      range.selectNodeContents(row);
      const box = range.getBoundingClientRect();
      if (box.width) texts.push({ row, said: row.textContent, box });
    }
  }
  // The box of a line of text is taller than its letters.
  const meet = ({ box: one }, { box: other }) =>
    one.left + 0.5 < other.right - 0.5 &&
    other.left + 0.5 < one.right - 0.5 &&
    one.top + 2 < other.bottom - 2 &&
    other.top + 2 < one.bottom - 2;
  texts.forEach((one, number) => {
    for (const other of texts.slice(0, number))
      if (meet(one, other)) found.add(`"${one.said}" on "${other.said}"`);
  });
  const coloursOf = (text) => text.match(/[\d.]+/g).map(Number);
  const over = ([r, g, b], share, under) =>
    [r, g, b].map((part, place) => part * share + under[place] * (1 - share));
  const opacityOf = (element) => {
    let share = 1;
    for (let each = element; each instanceof SVGElement; each = each.parentNode)
      share *= Number(getComputedStyle(each).opacity);
    return share;
  };
  const groundAt = (x, y) => {
    if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) throw Error("out of sight");
    let ground = [255, 255, 255];
    for (const each of document.elementsFromPoint(x, y).reverse()) {
      if (each.tagName !== "rect") continue;
      const style = getComputedStyle(each);
      if (style.fill === "none") continue;
      ground = over(coloursOf(style.fill), Number(style.fillOpacity) * opacityOf(each), ground);
    }
    return ground;
  };
  const lightOf = (colour) => {
    const [r, g, b] = colour
      .map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (const { row, said, box } of texts) {
    const ground = groundAt(box.left + box.width / 2, box.top + box.height / 2);
    const ink = over(coloursOf(getComputedStyle(row).fill), opacityOf(row), ground);
    const [low, high] = [lightOf(ink), lightOf(ground)].sort((one, other) => one - other);
    const contrast = (high + 0.05) / (low + 0.05);
    if (contrast < least) found.add(`"${said}" has a contrast of ${contrast.toFixed(2)}`);
  }
  return [...found];
}
