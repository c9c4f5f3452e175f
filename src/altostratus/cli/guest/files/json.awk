# Flattens JSON: one line "path<TAB>value" for each string, number and word in it; keys of a path joined by ".".
# Escapes: \n and the like become a space at the end of a value and vanish; \uXXXX is kept for ASCII alone.

{ text = text $0 " " }

END { at = 1; element("") }

function peek() { while (index(" \t\r\n", substr(text, at, 1)) && at <= length(text)) at++; return substr(text, at, 1) }

function join(path, name) { return path == "" ? name : path "." name }

function element(path,    first, word) {
  first = peek()
  if (first == "{") { at++; members(path) }
  else if (first == "[") { at++; elements(path) }
  else if (first == "\"") { word = string(); sub(/ +$/, "", word); print path "\t" word }
  else { match(substr(text, at), /^[^],} \t\r\n]+/); if (RLENGTH < 1) exit; print path "\t" substr(text, at, RLENGTH); at += RLENGTH }
}

function members(path,    name) {
  while (peek() == "\"") {
    name = string()
    if (peek() != ":") exit
    at++
    element(join(path, name))
    if (peek() == ",") at++
  }
  at++
}

function elements(path,    count) {
  while (peek() != "]" && at <= length(text)) {
    element(join(path, count + 0))
    count++
    if (peek() == ",") at++
  }
  at++
}

function string(    result, character) {
  at++
  while (at <= length(text)) {
    character = substr(text, at++, 1)
    if (character == "\"") break
    result = result (character == "\\" ? escaped() : character)
  }
  return result
}

function escaped(    letter, code) {
  letter = substr(text, at++, 1)
  if (index("nrtbf", letter)) return " "
  if (letter != "u") return letter
  code = index("0123456789abcdef", tolower(substr(text, at + 2, 1))) * 16 - 17
  code += index("0123456789abcdef", tolower(substr(text, at + 3, 1)))
  at += 4
  return substr(text, at - 4, 2) == "00" && code < 128 ? sprintf("%c", code) : "?"
}
