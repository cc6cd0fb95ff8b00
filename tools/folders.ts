export { depsFolder, packageFolder as root } from "../ts/native/locate.ts";
