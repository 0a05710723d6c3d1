/** Returns a title as it is compared: letters and digits only, without case, accents and forms of width. */
export function titleKeyOf(title: string): string {
  const folded = title
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
  // A title of emoji has no letters.
  return folded === "" ? title : folded;
}
