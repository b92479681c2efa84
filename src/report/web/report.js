// What the page does beyond showing itself: values at the pointer, figures that can be magnified, the
// documents as files. Without it the page says the same.
(() => {
  'use strict';
  const motion = {animate: !window.matchMedia('(prefers-reduced-motion: reduce)').matches};

  // Values: the browser's own slow tooltip gives way to one that follows the pointer.
  const tip = document.createElement('div');
  tip.className = 'tip';
  tip.hidden = true;
  tip.setAttribute('role', 'tooltip');
  document.body.append(tip);
  for (const title of document.querySelectorAll('svg * > title')) {
    title.parentNode.dataset.tip = title.textContent;
    title.remove();
  }
  document.addEventListener('pointerover', (event) => {
    const place = event.target.closest('[data-tip]');
    tip.hidden = !place;
    if (place) tip.textContent = place.dataset.tip;
  });
  document.addEventListener('pointermove', (event) => {
    if (tip.hidden) return;
    const left = Math.min(event.clientX + 14, window.innerWidth - tip.offsetWidth - 8);
    const below = event.clientY + 18;
    const fits = below + tip.offsetHeight < window.innerHeight;
    tip.style.left = Math.max(8, left) + 'px';
    tip.style.top = (fits ? below : event.clientY - tip.offsetHeight - 10) + 'px';
  });

  // Figures: buttons, Ctrl and the wheel, drag when magnified, arrow keys when the figure is chosen.
  const button = (text, label, act) => {
    const made = document.createElement('button');
    made.type = 'button';
    made.textContent = text;
    made.setAttribute('aria-label', label);
    made.addEventListener('click', act);
    return made;
  };
  if (typeof window.Panzoom === 'function') {
    for (const figure of document.querySelectorAll('figure')) {
      const view = figure.querySelector('.view');
      const picture = view.querySelector('svg');
      const zoom = window.Panzoom(picture, {
        ...motion, cursor: 'auto', maxScale: 12, minScale: 1,
        panOnlyWhenZoomed: true, touchAction: 'pan-x pan-y'
      });
      // A finger scrolls the page unless there is something to move.
      picture.addEventListener('panzoomchange', (event) => {
        picture.style.touchAction = event.detail.scale > 1 ? 'none' : 'pan-x pan-y';
      });
      const name = figure.querySelector('figcaption b').textContent.replace('.', '');
      view.classList.add('zoomable');
      view.tabIndex = 0;
      view.setAttribute('role', 'group');
      view.setAttribute('aria-label', name + ', arrow keys move it when magnified');
      view.addEventListener('wheel', (event) => {
        if (event.ctrlKey) zoom.zoomWithWheel(event);
      }, {passive: false});
      const steps = {ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40]};
      view.addEventListener('keydown', (event) => {
        if (event.key === '+') zoom.zoomIn(motion);
        else if (event.key === '-') zoom.zoomOut(motion);
        else if (event.key === '0') zoom.reset(motion);
        else if (steps[event.key] && zoom.getScale() > 1) zoom.pan(...steps[event.key], {relative: true});
        else return;
        event.preventDefault();
      });
      const bar = document.createElement('div');
      bar.className = 'controls';
      bar.append(button('+', 'Magnify ' + name, () => zoom.zoomIn(motion)),
        button('\u2212', 'Shrink ' + name, () => zoom.zoomOut(motion)),
        button('Reset', 'Reset ' + name, () => zoom.reset(motion)), 'Ctrl and the wheel magnify, too');
      view.after(bar);
    }
  }

  // Documents as files.
  for (const line of document.querySelectorAll('.save')) {
    const link = line.querySelector('a');
    const source = document.getElementById(line.closest('section').id + '-json');
    link.download = source.dataset.name.split(/[\\/]/).pop();
    link.href = URL.createObjectURL(new Blob([source.textContent], {type: 'application/json'}));
    line.hidden = false;
  }
})();
