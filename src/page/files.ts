import { bundlePage } from "./bundle.ts" with { type: "macro" };

/** The bundled page, part of the executable; from the sources it is bundled when this module is loaded. */
export const pageFiles = bundlePage();
