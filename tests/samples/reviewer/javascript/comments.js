// Shows comments under a post.
export function show(list, comments) {
  for (const comment of comments) {
    const item = document.createElement("li");
    item.innerHTML = comment.text;
    list.append(item);
  }
}
