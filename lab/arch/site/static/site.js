"use strict";

(() => {
  const root = document.body.dataset.root;
  const named = (id) => document.getElementById(`site:${id}`);
  const make = (tag, attributes = {}, ...inside) => {
    const made = Object.assign(document.createElement(tag), attributes);
    made.append(...inside);
    return made;
  };

  // Search: every word that is typed has to occur, titles count more than texts.

  const MOST = 12;
  const AROUND = 60;
  const query = named("query");
  const hits = named("hits");
  const pages = (window.searchIndex || []).map(([title, kind, path, words]) => ({
    title, kind, path, words, name: `${title} ${path}`.toLowerCase(), text: `${kind} ${words}`.toLowerCase(),
  }));

  const worth = (page, word) => {
    const at = page.name.indexOf(word);
    if (at === 0) return 9;
    if (at > 0) return /[a-z0-9]/.test(page.name[at - 1]) ? 3 : 6;
    return page.text.includes(word) ? 1 : 0;
  };

  const found = (words) => pages
    .map((page) => [page, words.map((word) => worth(page, word))])
    .filter(([, values]) => values.every((value) => value > 0))
    .map(([page, values]) => [page, values.reduce((sum, value) => sum + value, 0)])
    .sort(([, one], [, other]) => other - one)
    .map(([page]) => page);

  const passage = (page, words) => {
    const lower = page.words.toLowerCase();
    const here = words.filter((one) => lower.includes(one));
    const word = here.find((one) => !page.name.includes(one)) ?? here[0];
    if (word === undefined) return [page.words.slice(0, 2 * AROUND)];
    const at = lower.indexOf(word);
    const from = Math.max(0, at - AROUND);
    const end = at + word.length;
    return [
      (from > 0 ? "…" : "") + page.words.slice(from, at),
      make("mark", {}, page.words.slice(at, end)),
      page.words.slice(end, end + AROUND) + (end + AROUND < page.words.length ? "…" : ""),
    ];
  };

  const show = () => {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    const all = words.length ? found(words) : [];
    hits.replaceChildren(...all.slice(0, MOST).map((page) => make("li", {}, make(
      "a", { href: root + page.path },
      make("strong", {}, page.title), make("span", { className: "kind" }, page.kind),
      make("span", { className: "passage" }, ...passage(page, words)),
    ))));
    if (words.length && !all.length) hits.append(make("li", { className: "none" }, "Nothing is found."));
    hits.hidden = words.length === 0;
    named("count").textContent = words.length ? `${all.length} found` : "";
  };

  const close = () => { hits.hidden = true; };

  const step = (by) => {
    const links = [...hits.querySelectorAll("a")];
    const next = links.indexOf(document.activeElement) + by;
    if (next < 0) query.focus();
    else if (next < links.length) links[next].focus();
  };

  document.querySelector(".search").hidden = false;
  query.addEventListener("input", show);
  query.addEventListener("focus", show);
  query.addEventListener("keydown", (event) => {
    if (event.key === "Enter") hits.querySelector("a")?.click();
  });
  document.querySelector(".search").addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      step(event.key === "ArrowDown" ? 1 : -1);
      event.preventDefault();
    } else if (event.key === "Escape") {
      query.focus();
      close();
    }
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".search")) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.closest("input, textarea") && !event.ctrlKey && !event.metaKey) {
      query.focus();
      event.preventDefault();
    }
  });

  // Commands can be copied. A page that is served without TLS has no clipboard: then the text is selected.

  const copy = async (text, holder, button) => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(holder);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  };

  const copyable = (holder) => {
    const text = holder.firstElementChild;
    const button = make("button", { type: "button", textContent: "Copy" });
    button.setAttribute("aria-label", `Copy: ${text.textContent}`);
    button.addEventListener("click", () => copy(text.textContent, text, button));
    holder.append(button);
  };

  for (const block of document.querySelectorAll("pre > code.language-console")) {
    const lines = block.textContent.trimEnd().split("\n");
    if (lines.every((line) => line.startsWith("$ "))) {
      block.parentElement.replaceWith(...lines.map((line) => make(
        "div", { className: "command" }, make("code", {}, line.slice(2)),
      )));
    }
  }
  document.querySelectorAll(".command").forEach(copyable);

  // A narrow window begins with the node that the page is about.

  for (const here of document.querySelectorAll(".picture .here")) {
    const frame = here.closest(".scroll");
    const box = here.getBoundingClientRect();
    frame.scrollLeft += box.x + box.width / 2 - frame.getBoundingClientRect().x - frame.clientWidth / 2;
  }

  // A step of a flow shows its line in the picture.

  const lines = [...document.querySelectorAll(".picture .way")];
  for (const one of document.querySelectorAll(".steps > li")) {
    const own = lines.filter((line) => line.dataset.way === one.dataset.way);
    const mark = (on) => own.forEach((line) => line.classList.toggle("shown", on));
    one.addEventListener("pointerenter", () => mark(true));
    one.addEventListener("pointerleave", () => mark(false));
    one.addEventListener("focusin", () => mark(true));
    one.addEventListener("focusout", () => mark(false));
  }
})();
