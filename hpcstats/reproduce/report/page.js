"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const make = (name, text, kind) => {
    const element = document.createElement(name);
    if (text) element.textContent = text;
    if (kind) element.className = kind;
    return element;
  };
  const target = (link) => byId(decodeURIComponent(link.getAttribute("href").slice(1)));

  // Lists that are long stand open without this script, and closed with it.
  document.querySelectorAll("details[open]").forEach((one) => { one.open = false; });
  const reveal = (element) => {
    for (let one = element; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
  };
  const follow = () => {
    const element = location.hash.length > 1 && byId(decodeURIComponent(location.hash.slice(1)));
    if (element) { reveal(element); element.scrollIntoView(); }
  };
  addEventListener("hashchange", follow);
  follow();
  addEventListener("beforeprint", () => document.querySelectorAll("figure ~ details").forEach((one) => { one.open = true; }));

  // A number unfolds where it stands: how it was made, its patients, and the publications that report them.
  let made = 0;
  const named = (entry) => {
    const list = make("ul");
    entry.querySelectorAll("a[data-group], a[data-patient], a[data-publication]").forEach((link) => {
      const group = link.hasAttribute("data-group");
      const links = group ? target(link).querySelectorAll(".names a") : [link];
      links.forEach((one) => {
        const item = make("li");
        item.append(one.cloneNode(true));
        const cited = target(one) && target(one).querySelector(".cite");
        if (cited) item.append(" ", cited.cloneNode(true));
        list.append(item);
      });
    });
    return list;
  };
  const close = (link) => {
    const panel = byId(link.getAttribute("aria-controls"));
    (panel.closest("tr.unfolded") || panel).remove();
    link.removeAttribute("aria-controls");
    link.setAttribute("aria-expanded", "false");
  };
  const unfold = (link) => {
    const entry = target(link);
    const panel = make("div", "", "panel");
    panel.id = `panel-${made += 1}`;
    panel.setAttribute("role", "group");
    panel.setAttribute("aria-label", `What ${link.textContent} rests on`);
    const told = make("p");
    entry.childNodes.forEach((node) => { told.append(node.cloneNode(true)); });
    const list = named(entry);
    const all = make("a", "In the list of numbers");
    all.href = link.getAttribute("href");
    const end = make("button", "Close");
    end.type = "button";
    end.addEventListener("click", () => { close(link); link.focus(); });
    const ends = make("p");
    ends.append(end, " ", all);
    panel.append(told);
    if (list.children.length) panel.append(list);
    panel.append(ends);
    panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { close(link); link.focus(); }
    });
    const row = link.closest("tbody tr, thead tr");
    if (row) {
      const line = make("tr", "", "unfolded");
      const cell = make("td");
      const heads = row.closest("table").tHead.rows;
      cell.colSpan = heads[heads.length - 1].cells.length;
      cell.append(panel);
      line.append(cell);
      row.after(line);
    } else {
      const block = link.closest("p, li, figcaption, caption");
      if (["CAPTION", "FIGCAPTION", "LI"].includes(block.tagName)) block.append(panel);
      else block.after(panel);
    }
    link.setAttribute("aria-expanded", "true");
    link.setAttribute("aria-controls", panel.id);
  };
  document.querySelectorAll("a.n").forEach((link) => {
    link.setAttribute("role", "button");
    link.setAttribute("aria-expanded", "false");
    const turn = (event) => {
      event.preventDefault();
      if (link.getAttribute("aria-expanded") === "true") close(link);
      else unfold(link);
    };
    link.addEventListener("click", (event) => {
      if (!(event.ctrlKey || event.metaKey || event.shiftKey || event.button)) turn(event);
    });
    link.addEventListener("keydown", (event) => {
      if (event.key === " ") turn(event);
      if (event.key === "Escape" && link.getAttribute("aria-expanded") === "true") close(link);
    });
  });

  // The search: every word must occur; texts, figures and tables first.
  const form = byId("finder");
  const query = byId("query");
  const results = byId("results");
  const found = byId("found");
  const shown = 50;
  // Names are found with and without their accents.
  const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  const order = ["text", "figure", "table", "patient", "publication", "number"];
  const index = Array.from(document.querySelectorAll(".item"), (item) => {
    const title = item.querySelector("h2, h3");
    const picture = item.querySelector("img");
    const named = Array.from(item.querySelectorAll(":scope > strong, :scope > code, :scope > .cite"), (one) => one.firstChild.textContent);
    const text = `${item.id} ${item.textContent} ${picture ? picture.alt : ""}`;
    const label = title ? title.textContent : named.join(", ");
    return { id: item.id, kind: item.dataset.kind, label, text: plain(text) };
  }).sort((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind));
  const search = () => {
    const words = plain(query.value).split(/\s+/).filter(Boolean);
    results.replaceChildren();
    if (!words.length) { found.textContent = ""; return; }
    const hits = index.filter((item) => words.every((word) => item.text.includes(word)));
    hits.slice(0, shown).forEach((hit) => {
      const item = make("li");
      const link = make("a", hit.label);
      link.href = `#${encodeURIComponent(hit.id)}`;
      item.append(`${hit.kind}: `, link);
      results.append(item);
    });
    const more = hits.length > shown ? `, the first ${shown} shown` : "";
    found.textContent = hits.length ? `${hits.length} found${more}` : "Nothing found";
  };
  form.hidden = false;
  query.addEventListener("input", search);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { query.value = ""; search(); query.focus(); }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const first = results.querySelector("a");
    if (first) first.focus();
  });
})();
