import type { shells } from "./values.ts";

/**
 * The scripts that teach a shell to ask `lab complete`. They hand over the words as they were typed and never evaluate them; what is
 * run is `lab` or `session-lab`, never the first word itself, which may be anything. An answer is a line for each proposal, value and description with a tab between them; the line `:files` asks for file names.
 */
export const completionScripts: Readonly<Record<(typeof shells)[number], string>> = {
  bash: `# Completion of lab in bash. In every shell: put this line into ~/.bashrc
#   source <(lab completion bash)
_lab_complete() {
  local line lab=lab current=\${COMP_WORDS[COMP_CWORD]}
  [[ $current == "=" ]] && current=
  [[ \${COMP_WORDS[0]##*/} == session-lab ]] && lab=session-lab
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == ":files" ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
      return
    fi
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <("$lab" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _lab_complete lab session-lab
`,
  zsh: `#compdef lab session-lab
# Completion of lab in zsh. In every shell: put this line into ~/.zshrc, after compinit
#   source <(lab completion zsh)
_lab() {
  local line lab=lab
  [[ \${words[1]:t} == session-lab ]] && lab=session-lab
  local -a proposals
  while IFS= read -r line; do
    if [[ $line == ":files" ]]; then
      _files
      return
    fi
    proposals+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done < <("$lab" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  _describe -V lab proposals
}
if [[ \${funcstack[1]} == _lab ]]; then _lab "$@"; else compdef _lab lab session-lab; fi
`,
  fish: `# Completion of lab in fish. In every shell:
#   lab completion fish > ~/.config/fish/completions/lab.fish
function __lab_complete
    set -l words (commandline -opc)
    set -l lab lab
    string match -qr '(^|/)session-lab$' -- "$words[1]"; and set lab session-lab
    set -l current (commandline -ct)
    set -e words[1]
    set -l lines ($lab complete -- $words "$current" 2>/dev/null)
    if test "$lines[1]" = ":files"
        __fish_complete_path "$current"
        return
    end
    printf '%s\\n' $lines
end
complete -c lab -f -a '(__lab_complete)'
complete -c session-lab -f -a '(__lab_complete)'
`,
};
