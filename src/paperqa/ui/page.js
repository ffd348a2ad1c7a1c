() => {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const behavior = () => (calm.matches ? "auto" : "smooth");

  // On a small screen the list of conversations covers the page: it opens only when asked for.
  const small = matchMedia("(max-width: 768px)");
  const closeList = () =>
    small.matches && document.querySelector("#conversations.open .toggle-button")?.click();
  small.addEventListener("change", closeList);
  document.addEventListener("change", (event) => event.target.closest("#threads") && closeList());

  // The focus goes on to the question, also from what a key has pressed and is about to vanish.
  const leading = "#new-conversation, #edit-question";
  const vanishing = "#ask button, #suggestions button, #understood button, #tools :first-child";
  document.addEventListener("click", ({ target, detail }) => {
    if (target.closest?.("#new-conversation")) closeList();
    if (target.closest?.(detail ? leading : `${leading}, ${vanishing}`))
      document.querySelector("#ask textarea").focus();
  });

  // A marker leads to its quote, and back: the browser marks the target, this moves the focus.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a.marker");
    const goal = link && document.getElementById(link.hash.slice(1));
    if (!goal) return;
    goal.closest("details")?.setAttribute("open", "");
    goal.focus({ preventScroll: true });
    goal.scrollIntoView({ block: "nearest", behavior: behavior() });
  });

  // Else the page would move under a reader when buttons appear below an answer that has ended.
  document.documentElement.style.overflowAnchor = document.body.style.overflowAnchor = "none";

  // A new question comes to the top, so that its answer can be read as it comes.
  let isReading = false;
  let isFirst = true;
  const follow = () => {
    // Gradio writes what a group of boxes is called beside it, for eyes alone.
    for (const group of document.querySelectorAll("fieldset:not([aria-label])"))
      group.ariaLabel = group.querySelector("[data-testid=block-info]")?.textContent.trim();
    for (const list of document.querySelectorAll("[role=listbox]:not([aria-label])"))
      list.ariaLabel = "Options";
    if (isFirst && document.querySelector("#conversations.open")) {
      isFirst = false;
      closeList();
    }
    const reading = document.querySelector("#live .turn:has(.waiting)");
    if (reading && !isReading) reading.scrollIntoView({ behavior: behavior() });
    isReading = Boolean(reading);
  };
  new MutationObserver(follow).observe(document.body, {
    childList: true,
    subtree: true,
    attributeFilter: ["class"],
  });

  // Plain http at another address than this machine's own has no clipboard, but an old command.
  const copied = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const focused = document.activeElement;
      const area = document.createElement("textarea");
      area.value = text;
      area.style.position = "fixed";
      document.body.append(area);
      area.select();
      const isDone = document.execCommand("copy");
      area.remove();
      focused?.focus();
      return isDone;
    }
  };

  window.paperqa = {
    // To the first of these that is seen: what was just asked for takes a moment to appear.
    focus(...selectors) {
      const until = Date.now() + 3000;
      const go = () => {
        const found = selectors.map((each) => document.querySelector(each));
        const goal = found.find((each) => each?.checkVisibility());
        if (goal) goal.focus();
        else if (Date.now() < until) requestAnimationFrame(go);
      };
      setTimeout(go, 100);
    },
    async copy(turn) {
      const answer = turn.querySelector(".answer").cloneNode(true);
      const titles = new Set();
      for (const link of answer.querySelectorAll("a.marker")) {
        titles.add(link.ariaLabel.replace(/^Citation (\d+):/, "[$1]"));
        link.replaceWith(`[${link.textContent}]`);
      }
      const lines = [...answer.querySelectorAll("p, li")].map((line) => line.textContent.trim());
      const text = [...lines, "", ...titles].join("\n").trim();
      return copied(text.replaceAll("\u00a0", " "));
    },
    save(name, text) {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
      link.download = name;
      link.click();
      URL.revokeObjectURL(link.href);
    },
  };
}
