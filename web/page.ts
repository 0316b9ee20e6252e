// The app as one HTML file.

import { Html, html, STYLE } from 'isopress/browser';
import { APP_STYLE } from './style.js';

/** The style sheet of pages and that of the app. */
export const WHOLE_STYLE: string = STYLE + APP_STYLE;

/** The page that runs a script, with a content security policy. */
export function appPage(script: string, policy: string): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>isopress</title>
<style>${Html.of(WHOLE_STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<h1>isopress</h1>
<p class="lead">Look into live ISOs, disk images, file systems and archives.</p>
</header>
<main id="main">
<div id="drop">
<label for="file">An image, or any file with one in it</label><br>
<input id="file" type="file">
<p class="muted">Or drop it anywhere on this page. It is read here, in your browser: nothing is uploaded, and this page cannot connect to anything.</p>
</div>
<noscript><p>This page reads images by a script, which is turned off here. “isopress info --html” writes a page that needs none.</p></noscript>
<p id="status" role="status"></p>
<div id="image" hidden>
<h2 id="image-title" tabindex="-1"></h2>
<p id="image-summary" class="lead"></p>
<nav aria-label="Contents"><ul id="image-contents" class="legend"></ul></nav>
<section id="files" aria-labelledby="files-title"><h2 id="files-title">Files</h2><div id="files-body"></div></section>
<div id="map"></div>
<section id="check" aria-labelledby="check-title"><h2 id="check-title">Check</h2><div id="check-body"></div></section>
</div>
</main>
<footer>isopress reads images without mounting them.</footer>
<script>${Html.of(script)}</script>
</body>
</html>
`.text;
}
