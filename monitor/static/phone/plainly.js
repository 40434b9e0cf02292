// The way of a form without a script, for where this phone cannot keep what was typed: all of it goes to the server at once.

export function plainly(form, button) {
  const { name, value } = button ?? { name: "go", value: "on" };
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  form.submit();
}
