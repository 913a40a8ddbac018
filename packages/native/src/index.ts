// The public names of native, and nothing else.
export { auto } from "./auto.ts";
export { native, type NativeOptions } from "./native.ts";
export { multiplyAdds } from "./peak.ts";
