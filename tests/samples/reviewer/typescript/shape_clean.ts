// Shapes and what they cover.
export interface Square {
  side: number;
}

export function area(shape: Square): number {
  return shape.side ** 2;
}
