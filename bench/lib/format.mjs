// How figures are written.

export const micro = (value) => value.toFixed(value < 10 ? 2 : 1);
export const times = (value) => `${value.toFixed(3)}x`;
export const kibi = (bytes) => (bytes / 1024).toFixed(1);
export const percent = (share) => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;

/** A whole number with separators, which read the same in every locale. */
export const grouped = (value) => Math.round(value).toLocaleString('en');
