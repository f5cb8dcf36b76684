/** `node build.mjs`: bundles src/ into built/, every file but the page under a name that tells its content. */

import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { build } from "esbuild";

const OUT = "built";
const SCRATCH = "built.new";
const ENTRIES = ["src/console.tsx", "src/style/console.css", "icon.svg"];

await rm(SCRATCH, { recursive: true, force: true });
await mkdir(SCRATCH);
const { metafile } = await build({
  entryPoints: ENTRIES,
  outdir: `${SCRATCH}/assets`,
  entryNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  loader: { ".svg": "copy" },
  legalComments: "eof",
  metafile: true,
  logLevel: "warning",
});
const page = Object.entries(metafile.outputs).reduce(named, await readFile("index.html", "utf8"));
await writeFile(`${SCRATCH}/index.html`, page);
// Swapped in whole, so that a build that fails leaves the last one standing.
await rm(OUT, { recursive: true, force: true });
await rename(SCRATCH, OUT);

/** The page with the name of an output in the place of its entry's. */
function named(text, [path, { entryPoint }]) {
  const name = basename(path);
  const plain = basename(entryPoint).replace(/\.tsx$/, ".js");
  return text.replace(`/assets/${plain}`, `/assets/${name}`);
}
