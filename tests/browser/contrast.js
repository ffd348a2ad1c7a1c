// The texts that stand out too little: those with a contrast below 4.5 to 1 (WCAG 1.4.3).
() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const parsed = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return { rgb: [red, green, blue], alpha: alpha / 255 };
  };
  const over = ({ rgb, alpha }, below) => rgb.map((c, i) => c * alpha + below[i] * (1 - alpha));
  const luminance = (rgb) => {
    const [red, green, blue] = rgb.map((c) =>
      c <= 10 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const upwards = (element) => {
    const chain = [];
    for (let each = element; each; each = each.parentElement) chain.push(getComputedStyle(each));
    return chain;
  };
  const contrast = (element, color) => {
    const chain = upwards(element);
    const behind = chain.reduceRight(
      (below, style) => over(parsed(style.backgroundColor), below),
      [255, 255, 255],
    );
    const ink = parsed(color);
    ink.alpha *= chain.reduce((product, style) => product * style.opacity, 1);
    const [dark, light] = [luminance(over(ink, behind)), luminance(behind)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const texts = (element) => {
    const own = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
    const written = own.map((node) => node.data).join(" ").trim();
    const color = getComputedStyle(element).color;
    if (!element.matches("textarea, input:not([type=checkbox], [type=radio], [type=range])"))
      return [[written, color]];
    const hint = getComputedStyle(element, "::placeholder").color;
    return [element.value ? [element.value, color] : [element.placeholder, hint]];
  };
  const shown = [...document.querySelectorAll("body *")].filter(
    (element) =>
      element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
      !element.closest(":disabled"),
  );
  return shown.flatMap((element) =>
    texts(element)
      .filter(([text, color]) => text && contrast(element, color) < 4.5)
      .map(([text, color]) => `${contrast(element, color).toFixed(2)}: ${text.slice(0, 60)}`),
  );
}
