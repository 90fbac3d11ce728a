/** Small templates on which Jinja and the library part ways, or could. */
export const snippets: Record<string, string> = {
  "white space control":
    "  {%- if true %}\n  a\n  {%- endif %}\n {{ 'b' }} \n\n{# c #}\n  {% if true %}\n  d\n  {% endif %}\ne\n",
  "a line break at the end": "a\n\n",
  "what strip strips":
    "{{ '\\n \\na b\\n \\n'.strip('\\n') }}|{{ 'xxaxx'.lstrip('x') }}|{{ 'xxaxx'.rstrip('x') }}|{{ ' a '.strip() }}",
  "methods of strings":
    "{{ 'abcabc'.find('c') }} {{ 'abc'.find('x') }} {{ 'aXbX'.count('X') }} {{ 'abc'.removeprefix('a') }} {{ 'abc'.removesuffix('c') }} {{ 'aBC'.capitalize() }} {{ '12'.isdigit() }} {{ 'a\\nb'.splitlines() | length }} {{ '<{}|{}>'.format('x', 1) }}",
  "split and index": "{{ 'a</t>b</t>c'.split('</t>')[-1] }}{{ 'a b'.split()[0] }}",
  "a key named as a method":
    "{% set s = {'items': {'type': 'string'}, 'type': 'array'} %}{% for k, v in s.items() %}{{ k }},{% endfor %}{{ s['items'].type }}",
  "an undefined key of a mapping": "{% set m = {'a': 1} %}{{ m[messages[0].type] is defined }}",
  "a loop over what is undefined":
    "{% for x in messages[0].tool_calls %}x{% else %}none{% endfor %}{% for c in 'ab' %}{{ c }},{% endfor %}",
  "a loop with a condition":
    "{% for x in [1, 2, 3] if x != 2 %}{{ loop.index }}{{ x }}{{ ',' if not loop.last }}{% endfor %}",
  "what a round sets is gone in the next":
    "{% set y = 0 %}{% for x in [1, 2] %}{{ y }}{% if x == 1 %}{% set y = 5 %}{{ y }}{% set z = 1 %}{% endif %}{{ z is defined }}{% endfor %}{{ y }}{% for k, v in {'a': 1, 'b': 2}.items() %}{{ w is defined }}{{ k }}{{ v }}{% set w = 1 %}{% endfor %}",
  "break and continue":
    "{% for x in [1, 2, 3, 4] %}{%- if x == 2 %}{% continue %}{% endif %}{%- if x == 4 %}{% break %}{% endif %}{{ x }}{% endfor %}",
  "what print makes of values":
    "{{ true }} {{ none }} {{ [1, 'a', \"it's\", none, 0.5] }} {{ {'a': false, 'b': {'c': []}} }} {{ 1.0 }} {{ nothing }} {{ ('a', 'b') }}",
  "the filters string and trim":
    "{{ {'a': true} | string }}|{{ 7 | string }}|{{ nothing | trim }}|{{ none | trim }}|{{ ' a ' | trim }}",
  tojson:
    "{{ {'a': [1, 2.5, true, none, \"é🙂<>&'\"], 'b': {}} | tojson }}{{ {'a': [1], 'b': {}, 'c': []} | tojson(indent=2) }}{{ {'b': 1, 'a': 'é'} | tojson(ensure_ascii=true, sort_keys=true, separators=(',', ':')) }}",
  "generation blocks":
    "{% for m in messages %}\n  {% generation %}\n  {{ m.content }}\n  {% endgeneration %}\n{% endfor %}\n{%- generation -%} a {%- endgeneration -%} b",
  "namespaces and macros":
    "{% set ns = namespace(n=0) %}{% macro twice(x, y='!') %}{{ x }}{{ x }}{{ y }}{% endmacro %}{% for i in range(3) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}{{ twice('a') }}{{ twice('b', y='?') }}",
  tests:
    "{{ 'a' is string }} {{ {} is mapping }} {{ [] is iterable }} {{ {} is iterable }} {{ nothing is iterable }} {{ 'a' is iterable }} {{ 1 is number }} {{ none is none }} {{ nothing is not iterable }} {{ 1 is iterable }}",
  "filters of lists":
    "{{ [3, 1, 2] | sort | join(', ') }} {{ messages | map(attribute='role') | join('-') }} {{ messages | selectattr('role', 'equalto', 'user') | list | length }} {{ ['a', 'b'] | last }} {{ nothing | default('d') }} {{ '' | default('d', true) }}",
  slices: "{{ 'hello'[1:3] }}{{ messages[::-1][0].role }}{{ messages[1:] | length }}{{ [1, 2, 3][-1] }}",
  time: "{{ strftime_now('%d %b %Y') }} {{ strftime_now('%A, %B %-d, %Y %H:%M:%S %p %I %y %a %m %%') }}",
  constants:
    "{{ bos_token }}{{ eos_token }}{{ add_generation_prompt }}{{ documents is none }}{{ tools is none }}",
  "further variables":
    "{{ enable_thinking is defined and enable_thinking is false }}{{ reasoning_effort | default('medium') }}",
};
