/** An order of images as its form holds it, and the request that it makes. */

import { ExportPreset, ImageFormat } from "./stubs/atelier/generator/v1/generation_service_pb";

export interface Order {
  /** Whether a prompt is drawn, and not poses. */
  isText: boolean;
  poseIds: readonly string[];
  prompt: string;
  /** Of each pose, or of the prompt. */
  variations: number;
  /** `width x height` in pixels, such as `512x512`. */
  size: string;
  style: string;
  exports: readonly ExportPreset[];
  format: ImageFormat;
}

/** What a form begins with. */
export const BLANK: Order = {
  isText: false,
  poseIds: [],
  prompt: "",
  variations: 1,
  size: "512x512",
  style: "",
  exports: [],
  format: ImageFormat.PNG,
};

/** How many images it comes to, each of which costs a credit. */
export function imagesOf({ isText, poseIds, prompt, variations }: Order): number {
  return (isText ? Number(prompt.trim() !== "") : poseIds.length) * variations;
}

/** The request, without its id. */
export function requestOf({ isText, poseIds, prompt, variations, size, style, exports, format }: Order) {
  const [width, height] = size.split("x").map(Number);
  const source = isText
    ? { case: "text" as const, value: { prompt } }
    : { case: "gallery" as const, value: { poseIds: [...poseIds], prompt } };
  return {
    source,
    variations,
    width,
    height,
    style: style.trim(),
    exports: exports.map((preset) => ({ preset, format })),
  };
}
