// What axe finds on a page in a colour scheme, how wide the page is, and on which looks letters were found to be legible.
//
// axe is a file of the page's own house: a browser keeps it, and has it compiled for the next page. Contrast is most of what
// axe takes time for, and most letters look like others that it has measured. A look is all that contrast follows from: colour,
// size and weight of the letters, and the opaque colour on which they stand. Where axe has found one to be legible, letters of
// the same look are not measured again. What is less plain than that has no look and is always measured: a picture or
// something transparent behind the letters, a shadow, anything else that lies over or under them.
async ([scheme, rules, source, legible]) => {
    // A colour that is on its way from light to dark must not be judged: nothing moves, and the scheme has arrived.
    // The sheet is constructed, since the policy of our pages refuses a style element.
    if (!window.stillness) {
        window.stillness = new CSSStyleSheet();
        window.stillness.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important; }");
        document.adoptedStyleSheets.push(window.stillness);
    }
    const picture = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    const arrived = () => matchMedia(`(prefers-color-scheme: ${scheme})`).matches;
    for (let tries = 0; !arrived() && tries < 200; tries++) await picture();

    const bring = (done, failed) => {
        const script = Object.assign(document.createElement("script"), { src: source, onload: done, onerror: failed });
        document.head.append(script);
        script.remove();
    };
    if (!window.axe) await new Promise(bring);

    const PLAIN = { opacity: "1", filter: "none", mixBlendMode: "normal", backgroundImage: "none", backdropFilter: "none" };
    const grounds = new Map();
    // The colour behind what stands in `element`; null where that is not plain, "" where there is none.
    const ground = element => {
        if (!element) return "";
        if (!grounds.has(element)) grounds.set(element, findGround(element));
        return grounds.get(element);
    };
    const findGround = element => {
        const style = getComputedStyle(element), around = ground(element.parentElement);
        if (around === null || Object.keys(PLAIN).some(name => style[name] !== PLAIN[name])) return null;
        if (style.backgroundColor === "rgba(0, 0, 0, 0)") return around;
        return /^rgba|\//.test(style.backgroundColor) ? null : style.backgroundColor;
    };
    const LETTERS = ["color", "webkitTextFillColor", "webkitTextStroke", "fontSize", "fontWeight"];
    const look = element => {
        const style = getComputedStyle(element), behind = ground(element);
        const plain = behind && style.textShadow === "none" && axe.commons.dom.isVisibleOnScreen(element);
        return plain ? [...LETTERS.map(name => style[name]), behind].join(" ") : null;
    };
    const liesFree = element => {
        const here = axe.commons.dom.getElementStack(element);
        return here.includes(element) && here.every(other => other.contains(element) || element.contains(other));
    };

    const known = new Set(legible), found = [];
    const contrast = axe._audit.checks["color-contrast"];
    const measure = (contrast.measure ??= contrast.evaluate);
    contrast.evaluate = function (element, ...more) {
        const its = liesFree(element) ? look(element) : null;
        if (known.has(its)) return true;
        const enough = measure.call(this, element, ...more);
        if (its && enough === true) {
            known.add(its);
            found.push(its);
        }
        return enough;
    };

    const { violations } = await axe.run(rules);
    const lines = violations.flatMap(wrong => wrong.nodes.slice(0, 3).map(node => `${wrong.id}: ${node.html.slice(0, 160)}`));
    return [lines, document.documentElement.scrollWidth, found];
};
