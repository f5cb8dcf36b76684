// Says who may do what.
export function mayEdit(user, post) {
  if (user.role === "admin") {
    return true;
  }
  return user.id === post.author;
}

export function isNumber(value) {
  return !Number.isNaN(value);
}
