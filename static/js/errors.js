// After a refused form the reader lands on the list of what to put right; its links put the cursor into the field.
{
  const list = document.querySelector("[data-focus]");
  if (list) list.focus();
}
