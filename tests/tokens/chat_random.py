"""Random template programs with what jinja2 makes of them, set up as chat templates are rendered.

chat_random.py SEED COUNT OUT.json: a list of {"template", "variables", "expected"}, or "error" in place of "expected" where jinja2 refuses.
Exit code 77 without jinja2. Programs are of the kind that chat templates are, most of them of the right types, some not.
"""
import json
import random
import re
import sys

try:
    from jinja2.exceptions import TemplateError
    from jinja2.ext import Extension, loopcontrols
    from jinja2 import nodes
    from jinja2.sandbox import ImmutableSandboxedEnvironment
except ImportError:
    sys.exit(77)


class Generation(Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


def environment():
    def fail(message):
        raise TemplateError(message)

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = fail
    return env


STRINGS = ["", "a", "user", "Hello World", "  padded\t\n", "x-y_z.w", "line1\nline2\n\nline4", "don't \"quote\"", "a,b,,c", "\u00e9t\u00e9 \u00dcber", "\u4e2d\u6587 \u3000x",
           "\U0001f600!", "12", "-3", "4.50", "1e3", "<think>deep</think>answer", "tab\tsep", "UPPER lower", "ABC", "abc", "back\\slash", "\u00a0nbsp\u200b", "{'a': 1}",
           "0x1f", "inf", "\u0661\u0662", "one two  three", "\u00bd", "\u01c5x", "%s and %d", "{} is {}", "{0:>5}|", "a\rb\r\nc\x0bd"]
VARIABLES = {"s": "str", "t": "str", "n": "int", "m": "int", "f": "float", "b": "bool", "z": "none", "xs": "ints", "ws": "strs", "d": "dict", "messages": "dicts",
             "tools": "dicts", "e": "empty", "nested": "nested", "missing": "undefined"}


class Writer:
    def __init__(self, rng):
        self.r = rng
        self.names = dict(VARIABLES)
        self.loop = 0
        self.macros = []

    def pick(self, *options):
        return self.r.choice(options)

    def chance(self, p):
        return self.r.random() < p

    def name(self, kind):
        fitting = [n for n, k in self.names.items() if k == kind]
        return self.r.choice(fitting) if fitting else None

    def any_kind(self):
        return self.pick("str", "str", "str", "int", "int", "float", "bool", "bool", "none", "ints", "strs", "dict", "dicts", "nested", "undefined" if self.chance(0.3) else "int")

    def literal(self, kind):
        r = self.r
        if kind == "str":
            text = r.choice(STRINGS)
            quoted = json.dumps(text, ensure_ascii=self.chance(0.3)) if "\\u" not in json.dumps(text) else json.dumps(text, ensure_ascii=False)
            return quoted.replace("\\/", "/") if not re.search(r"\\u[dD][89abAB]", quoted) else json.dumps(text, ensure_ascii=False)
        if kind == "int":
            return self.pick("0", "1", "2", "3", "-1", "7", "10", "100", "0x1F", "1_000")
        if kind == "float":
            return self.pick("0.5", "2.5", "1.0", "-3.25", "1e3", "2.675", "1e20", "0.1", "1.5e-7")
        if kind == "bool":
            return self.pick("true", "false", "True", "False")
        if kind == "none":
            return self.pick("none", "None")
        if kind == "ints":
            return "[" + ", ".join(self.literal("int") for _ in range(r.randint(0, 4))) + "]"
        if kind == "strs":
            return "[" + ", ".join(self.literal("str") for _ in range(r.randint(0, 4))) + "]"
        if kind == "dict":
            return "{" + ", ".join(f"{self.literal('str')}: {self.literal(self.pick('int', 'str', 'none', 'bool', 'float'))}" for _ in range(r.randint(0, 3))) + "}"
        if kind == "dicts":
            return "[" + ", ".join(self.literal("dict") for _ in range(r.randint(0, 3))) + "]"
        if kind == "nested":
            return self.pick("[[1, 2], [3]]", "{'a': {'b': [1, {'c': none}]}}", "[(1, 'x'), (2, 'y')]", "(1, 2)", "()", "('a',)")
        return "nowhere"

    def expr(self, kind, depth=0):
        if self.chance(0.01):
            kind = self.any_kind()
        if depth > 2 or self.chance(0.3):
            return self.name(kind) or self.literal(kind) if self.chance(0.7) else self.literal(kind)
        make = getattr(self, "make_" + kind, None)
        out = make(depth + 1) if make else (self.name(kind) or self.literal(kind))
        if self.chance(0.06):
            out = f"({out})"
        if self.chance(0.05):
            other = self.expr(kind, depth + 1)
            out = f"({out} if {self.expr('bool', depth + 1)} else {other})" if self.chance(0.8) else f"({out} if {self.expr('bool', depth + 1)})"
        if self.chance(0.04):
            out = f"({out} {self.pick('and', 'or')} {self.expr(kind, depth + 1)})"
        if self.chance(0.03):
            out = f"({out}) | default({self.expr(kind, depth + 1)}{self.pick('', ', true', ', boolean=true')})"
        return out

    def make_str(self, d):
        s = lambda: self.expr("str", d)
        i = lambda: self.expr("int", d)
        r = self.r
        if self.macros and self.chance(0.08):
            name, parameters = r.choice(self.macros)
            arguments = [self.expr(self.pick("str", "int"), d) for _ in range(r.randint(0, parameters + (1 if self.chance(0.1) else 0)))]
            return f"{name}({', '.join(arguments)})"
        return r.choice([
            lambda: f"{s()} + {s()}", lambda: f"{s()} ~ {self.expr(self.any_kind(), d)} ~ {s()}", lambda: f"{s()} | {self.pick('upper', 'lower', 'title', 'capitalize', 'trim', 'string')}",
            lambda: f"({s()}).{self.pick('upper', 'lower', 'title', 'capitalize', 'strip', 'lstrip', 'rstrip', 'swapcase', 'casefold')}()",
            lambda: f"({s()}).{self.pick('strip', 'lstrip', 'rstrip')}({s()})", lambda: f"{s()} | trim({s()})", lambda: f"{s()} | replace({s()}, {s()}{self.pick('', ', 1')})",
            lambda: f"({s()}).replace({s()}, {s()}{self.pick('', ', 1', ', -1')})", lambda: f"({s()})[{self.slice(d)}]", lambda: f"({s()})[{i()}]", lambda: f"{s()} | {self.pick('first', 'last')}",
            lambda: f"{self.expr(self.pick('strs', 'ints', 'nested', 'str', 'dict'), d)} | join({self.pick('', s())})", lambda: f"({s()}).join({self.expr(self.pick('strs', 'strs', 'ints', 'str'), d)})",
            lambda: f"{self.expr(self.pick('dict', 'dicts', 'ints', 'str', 'float', 'nested', 'bool', 'none', 'strs'), d)} | tojson{self.json_arguments()}",
            lambda: f"({s()}).split({s()})[{self.pick('0', '-1', '1')}]", lambda: f"{s()} | indent({self.pick('', '2', '2, true', 'first=true', '3, blank=true', chr(39) + '> ' + chr(39))})",
            lambda: f"({self.expr('dict', d)}).get({s()}, {s()})", lambda: f"{s()} * {self.pick('0', '2', '3', '-1')}", lambda: f"({s()}).{self.pick('zfill', 'ljust', 'rjust', 'center')}({self.pick('3', '8', '12')})",
            lambda: f"({s()}).{self.pick('removeprefix', 'removesuffix')}({s()})", lambda: f"({self.expr('dicts', d)} | first).{self.pick('role', 'content', 'name')}",
            lambda: f"{s()} | center({self.pick('', '10')})", lambda: f"{s()} | truncate({self.pick('5', '9, true', '7, false, ' + chr(39) + '~' + chr(39), '4, leeway=0')})", lambda: f"{s()} | {self.pick('e', 'escape', 'urlencode')} | string",
            lambda: f"'%s|%s' % ({s()}, {self.expr(self.any_kind(), d)})", lambda: f"'%5.1f|%03d' | format({self.expr('float', d)}, {i()})", lambda: f"'{{}}-{{}}'.format({s()}, {i()})",
            lambda: f"'{{:>6}}|{{:<4}}|{{:^7}}'.format({s()}, {i()}, {s()})", lambda: f"'{{0:.2f}} {{1:05d}} {{x!r}}'.format({self.expr('float', d)}, {i()}, x={s()})", lambda: f"({s()}).expandtabs({self.pick('', '4')})",
            lambda: f"({s()}).{self.pick('partition', 'rpartition')}({s()})[{self.pick('0', '1', '2')}]", lambda: f"{self.expr('strs', d)} | {self.pick('max', 'min', 'first', 'last')}",
        ])()

    def json_arguments(self):
        return self.pick("", "", "", "(indent=2)", "(indent=4)", "(ensure_ascii=true)", "(separators=(',', ':'))", "(sort_keys=true)", "(indent=0)", "(false, 1)", "(indent='\\t')",
                         "(indent=2, separators=(', ', '='))", "(True)")

    def slice(self, d):
        part = lambda: self.pick("", "1", "-1", "2", "0", "-3", "5", self.expr("int", d))
        return f"{part()}:{part()}" + (f":{self.pick('', '1', '-1', '2', '-2')}" if self.chance(0.4) else "")

    def make_int(self, d):
        i = lambda: self.expr("int", d)
        s = lambda: self.expr("str", d)
        loops = ["loop.index", "loop.index0", "loop.revindex", "loop.revindex0", "loop.length", "loop.depth"] if self.loop else ["n"]
        return self.r.choice([
            lambda: f"{i()} {self.pick('+', '-', '*', '//', '%')} {i()}", lambda: f"-{self.pick('n', '3', 'm')}", lambda: f"{self.expr(self.pick('str', 'ints', 'strs', 'dict', 'dicts', 'nested'), d)} | {self.pick('length', 'count')}",
            lambda: f"{self.expr(self.pick('str', 'float', 'int', 'bool'), d)} | int{self.pick('', '', '(5)', '(default=-1)')}", lambda: f"{self.expr('ints', d)} | {self.pick('sum', 'max', 'min', 'first', 'last')}",
            lambda: f"({s()}).{self.pick('find', 'rfind', 'count')}({s()}{self.pick('', '', ', 1', ', 1, -1', ', -3')})", lambda: f"{i()} | abs", lambda: self.r.choice(loops), lambda: f"({self.expr('ints', d)})[{i()}]",
            lambda: f"{s()} | wordcount", lambda: f"({self.expr('ints', d)}).{self.pick('count', 'index')}({i()})", lambda: f"{self.pick('2', '3', '-2')} ** {self.pick('0', '2', '5')}", lambda: f"{i()} | round",
            lambda: f"({self.expr('dict', d)})[{s()}]",
        ])()

    def make_float(self, d):
        x = lambda: self.expr(self.pick("float", "int"), d)
        return self.r.choice([
            lambda: f"{x()} / {x()}", lambda: f"{self.expr('float', d)} {self.pick('+', '-', '*', '//', '%')} {x()}", lambda: f"{x()} | round({self.pick('', '1', '2', '0, ' + chr(39) + 'ceil' + chr(39), '1, ' + chr(39) + 'floor' + chr(39), '-1')})",
            lambda: f"{self.expr(self.pick('str', 'int', 'bool'), d)} | float{self.pick('', '(1.5)')}", lambda: f"{self.expr('float', d)} | abs",
        ])()

    def make_bool(self, d):
        a = lambda: self.expr(self.any_kind(), d)
        s = lambda: self.expr("str", d)
        i = lambda: self.expr("int", d)
        test = self.pick("defined", "undefined", "none", "string", "number", "integer", "float", "boolean", "true", "false", "mapping", "iterable", "sequence", "callable")
        loops = ["loop.first", "loop.last", "loop.changed(n)", "loop.previtem is defined", "loop.nextitem is undefined"] if self.loop else ["b"]
        return self.r.choice([
            lambda: f"{a()} {self.pick('is', 'is not')} {test}", lambda: f"{i()} {self.pick('<', '<=', '>', '>=', '==', '!=')} {self.expr(self.pick('int', 'float'), d)}", lambda: f"{a()} {self.pick('==', '!=')} {a()}",
            lambda: f"{s()} {self.pick('in', 'not in')} {self.expr(self.pick('str', 'strs', 'dict'), d)}", lambda: f"not {a()}", lambda: f"{self.expr('bool', d)} {self.pick('and', 'or')} {self.expr('bool', d)}",
            lambda: f"({s()}).{self.pick('startswith', 'endswith')}({self.pick(s(), '(' + chr(39) + 'a' + chr(39) + ', ' + chr(39) + '<' + chr(39) + ')')}{self.pick('', '', ', 1')})",
            lambda: f"({s()}).{self.pick('isdigit', 'isalpha', 'isalnum', 'isspace', 'isupper', 'islower', 'istitle', 'isnumeric', 'isdecimal', 'isascii', 'isidentifier')}()", lambda: f"{i()} is {self.pick('odd', 'even', 'divisibleby 3', 'divisibleby(2)', 'gt 2', 'eq 1', 'ge(3)', 'lt 0')}",
            lambda: f"{s()} is {self.pick('lower', 'upper', 'eq ' + chr(39) + 'a' + chr(39), 'in [' + chr(39) + 'a' + chr(39) + ', ' + chr(39) + 'b' + chr(39) + ']')}", lambda: self.r.choice(loops), lambda: f"{s()} {self.pick('<', '>=')} {s()}",
            lambda: f"({self.make_list(d)})", lambda: f"{i()} < {i()} <= {i()}", lambda: f"{self.expr('bool', d)} | {self.pick('string', 'int', 'tojson')} == {s()}",
        ])()

    def make_list(self, d):
        dicts = lambda: self.expr("dicts", d)
        key = self.pick("'role'", "'content'", "'name'", "'x'")
        return self.r.choice([
            lambda: f"{dicts()} | selectattr({key}{self.pick('', ', ' + chr(39) + 'equalto' + chr(39) + ', ' + self.expr('str', d), ', ' + chr(39) + 'defined' + chr(39), ', ' + chr(39) + 'string' + chr(39))})",
            lambda: f"{dicts()} | rejectattr({key}{self.pick('', ', ' + chr(39) + 'eq' + chr(39) + ', ' + self.expr('str', d), ', ' + chr(39) + 'none' + chr(39))})",
            lambda: f"{dicts()} | map(attribute={key}{self.pick('', ', default=' + self.expr('str', d))})", lambda: f"{self.expr('strs', d)} | map({self.pick(chr(39) + 'upper' + chr(39), chr(39) + 'length' + chr(39), chr(39) + 'replace' + chr(39) + ', ' + chr(39) + 'a' + chr(39) + ', ' + chr(39) + 'b' + chr(39), chr(39) + 'trim' + chr(39))})",
            lambda: f"{self.expr('ints', d)} | {self.pick('select', 'reject')}({self.pick('', chr(39) + 'odd' + chr(39), chr(39) + 'gt' + chr(39) + ', 2', chr(39) + 'even' + chr(39))})", lambda: f"{self.expr(self.pick('ints', 'strs'), d)} | {self.pick('unique', 'reverse', 'list', 'sort', 'sort(reverse=true)', 'batch(2)', 'slice(2)', 'batch(3, 0)', 'slice(3, 0)')}",
            lambda: f"({self.expr('dict', d)}).{self.pick('items', 'keys', 'values')}()", lambda: f"{self.expr('dict', d)} | {self.pick('items', 'list', 'dictsort', 'dictsort(true)', 'dictsort(reverse=true)')}", lambda: f"range({self.pick('3', '0', '1, 4', '5, 0, -2', self.expr('int', d))})",
            lambda: f"{dicts()} | sort(attribute={key})", lambda: f"{dicts()} | groupby({key})",
        ])()

    def make_ints(self, d):
        return self.r.choice([lambda: f"{self.expr('ints', d)} + {self.expr('ints', d)}", lambda: f"({self.expr('ints', d)})[{self.slice(d)}]", lambda: f"range({self.pick('4', '1, 3', '3, 0, -1')}) | list",
                              lambda: f"{self.expr('ints', d)} | {self.pick('sort', 'reverse', 'unique', 'select')} | list", lambda: f"{self.expr('strs', d)} | map('length') | list", lambda: f"{self.expr('ints', d)} * 2"])()

    def make_strs(self, d):
        s = lambda: self.expr("str", d)
        return self.r.choice([lambda: f"({s()}).split({self.pick('', s(), 'none, 1', s() + ', 1', 'sep=' + s())})", lambda: f"({s()}).rsplit({self.pick('', s(), 'none, 1', s() + ', 1')})", lambda: f"({s()}).splitlines({self.pick('', 'true')})", lambda: f"{s()} | list",
                              lambda: f"{self.expr('dicts', d)} | map(attribute='role') | list", lambda: f"{self.expr('strs', d)} + [{s()}]", lambda: f"({self.expr('strs', d)})[{self.slice(d)}]", lambda: f"{self.expr('strs', d)} | sort{self.pick('', '(case_sensitive=true)')}",
                              lambda: f"({self.expr('dict', d)}).keys() | list", lambda: f"{self.expr('dict', d)} | list", lambda: f"({self.expr('strs', d)}) | unique | list"])()

    def make_dict(self, d):
        return self.r.choice([lambda: f"dict(a={self.expr('int', d)}, b={self.expr('str', d)})", lambda: f"({self.expr('dicts', d)})[{self.pick('0', '-1', '1')}]", lambda: f"{{{self.expr('str', d)}: {self.expr('int', d)}, 'k': {self.expr(self.any_kind(), d)}}}",
                              lambda: f"dict({self.expr('dict', d)}, z=1)", lambda: f"({self.expr('dicts', d)}) | {self.pick('first', 'last')}"])()

    def make_dicts(self, d):
        return self.r.choice([lambda: f"{self.expr('dicts', d)} + {self.expr('dicts', d)}", lambda: f"({self.expr('dicts', d)})[{self.slice(d)}]", lambda: f"({self.expr('dicts', d)}) | {self.pick('list', 'reverse | list')}",
                              lambda: f"{self.expr('dicts', d)} | selectattr('role', 'equalto', {self.expr('str', d)}) | list"])()

    # Statements

    def tag(self, inner):
        return "{%" + self.pick("", "", "", "-", "+") + " " + inner + " " + self.pick("", "", "", "-", "+") + "%}"

    def output(self):
        kind = self.any_kind()
        inner = self.make_list(1) + self.pick("", " | list", " | list", " | join(',')") if self.chance(0.12) else self.expr(kind)
        return "{{" + self.pick("", "", "-") + " " + inner + " " + self.pick("", "", "-") + "}}"

    def text(self):
        return self.pick("\n", " ", "  \n", "text", "<|im_start|>", "\n\n", "  indented\n", "end.\n    ", "\t", "{ not a tag }", "100%\n", "\u00e9\u3000")

    def new_name(self, kind):
        # Not a variable that is given: jinja2 takes it for undefined in the blocks before, where no one means it.
        name = self.pick("v", "w", "q") + str(self.r.randint(0, 3))
        self.names[name] = kind
        return name

    def block(self, depth, size=3):
        before = dict(self.names)
        out = "".join(self.statement(depth) for _ in range(self.r.randint(1, size)))
        self.names = before if self.chance(0.9) else self.names
        return out

    def statement(self, depth=0):
        r = self.r.random()
        if depth > 3 or r < 0.25:
            return self.output() + (self.text() if self.chance(0.5) else "")
        if r < 0.40:
            return self.text()
        return self.r.choice([self.if_, self.for_, self.for_, self.set_, self.set_, self.set_block, self.macro, self.namespace, self.with_, self.comment, self.raw, self.filter_block, self.call, self.generation, self.control])(depth + 1)

    def if_(self, d):
        out = self.tag("if " + self.expr("bool")) + self.block(d)
        for _ in range(self.r.choice([0, 0, 1, 2])):
            out += self.tag("elif " + self.expr("bool")) + self.block(d)
        if self.chance(0.5):
            out += self.tag("else") + self.block(d)
        return out + self.tag("endif")

    def for_(self, d):
        before = dict(self.names)
        kind, items = self.r.choice([("int", self.expr("ints")), ("str", self.expr("strs")), ("dict", "messages"), ("dict", self.expr("dicts")), ("str", self.expr("str")), ("str", self.expr("dict")), ("int", "range(3)"), ("pair", self.expr("dict") + ".items()"), ("int", self.make_list(1)),
                                    ("pair", self.expr("dict") + " | items")])
        if kind == "pair":
            target = self.pick("key, value", "key, value", "key,value", "pair", "(key, value)")
            self.names.update({"key": "str", "value": "int"})
        else:
            target = self.pick("item", "x", "message", "s")
            self.names[target] = kind
        condition = f" if {self.expr('bool')}" if self.chance(0.2) else ""
        self.loop += 1
        body = self.block(d) + (self.tag(f"if {self.expr('bool')}") + self.tag(self.pick("break", "continue")) + self.tag("endif") + self.block(d, 1) if self.chance(0.15) else "")
        self.loop -= 1
        out = self.tag(f"for {target} in {items}{condition}") + body
        if self.chance(0.2):
            out += self.tag("else") + self.block(d, 2)
        self.names = before
        return out + self.tag("endfor")

    def set_(self, d):
        kind = self.any_kind()
        value = self.expr(kind) if self.chance(0.9) else self.make_list(1)
        if self.chance(0.08):
            return self.tag(f"set {self.new_name('int')}, {self.new_name('str')} = {self.expr('int')}, {self.expr('str')}")
        return self.tag(f"set {self.new_name(kind)} = {value}")

    def set_block(self, d):
        body = self.block(d)
        return self.tag(f"set {self.new_name('str')}{self.pick('', '', ' | trim', ' | upper')}") + body + self.tag("endset")

    def macro(self, d):
        name = "mac" + str(self.r.randint(0, 2))
        parameters = self.r.sample(["p", "q", "r"], self.r.randint(0, 3))
        before = dict(self.names)
        self.names.update({p: "str" for p in parameters})
        declared = []
        for i, p in enumerate(parameters):
            declared.append(p + (f"={self.literal('str')}" if i > 0 or self.chance(0.3) else ""))
        if declared and "=" in declared[0]:
            declared = [p if "=" in p else p + "=1" for p in declared]
        loop, self.loop, macros, self.macros = self.loop, 0, self.macros, []
        body = self.block(d, 2) + self.pick("", "", "{{ caller() }}", "{{ varargs | join('+') }}", "{{ kwargs | tojson }}")
        self.loop, self.macros = loop, macros
        self.names = before
        self.macros = [m for m in self.macros if m[0] != name] + [(name, len(parameters))]
        return self.tag(f"macro {name}({', '.join(declared)})") + body + self.tag("endmacro")

    def call(self, d):
        if not self.macros:
            return self.output()
        name, parameters = self.r.choice(self.macros)
        arguments = ", ".join(self.expr("str") for _ in range(self.r.randint(0, parameters)))
        return self.tag(f"call{self.pick('', '', '(u)')} {name}({arguments})") + self.block(d, 1) + self.tag("endcall")

    def namespace(self, d):
        if "ns.a" not in self.names or self.chance(0.3):
            self.names["ns.a"], self.names["ns.t"] = "int", "str"
            return self.tag("set ns = namespace(a=" + self.expr("int") + ", t=" + self.expr("str") + ")")
        return self.tag(self.pick(f"set ns.a = {self.expr('int')}", f"set ns.t = {self.expr('str')}", f"set ns.new = {self.expr(self.any_kind())}"))

    def with_(self, d):
        before = dict(self.names)
        head = f"with {self.new_name('int')} = {self.expr('int')}, {self.new_name('str')} = {self.expr('str')}"
        out = self.tag(head) + self.block(d) + self.tag("endwith")
        self.names = before
        return out

    def comment(self, d):
        return "{#" + self.pick("", "-") + " a {{ comment }} {% if %}\n" + self.pick("", "-") + "#}"

    def raw(self, d):
        return self.pick("{% raw %}", "{%- raw -%}") + self.pick("{{ x }}", " {% if %}\n ") + self.pick("{% endraw %}", "{%- endraw -%}", "{% endraw -%}")

    def filter_block(self, d):
        return self.tag("filter " + self.pick("upper", "trim", "indent(2)", "replace('a', 'b') | lower")) + self.block(d, 2) + self.tag("endfilter")

    def generation(self, d):
        return self.tag("generation") + self.block(d, 2) + self.tag("endgeneration")

    def control(self, d):
        return self.tag(f"if {self.expr('bool')} and n > 90") + "{{ raise_exception('no') }}" + self.tag("endif")

    def program(self):
        return "".join(self.statement() for _ in range(self.r.randint(1, 4)))


def variables(rng):
    text = lambda: rng.choice(STRINGS)
    integer = lambda: rng.choice([0, 1, 2, 3, -1, 5, 42, 100])

    def message():
        out = {"role": rng.choice(["system", "user", "assistant", "tool"]), "content": rng.choice([text(), text(), None, [{"type": "text", "text": text()}]])}
        if rng.random() < 0.3:
            out["tool_calls"] = [{"type": "function", "function": {"name": "f", "arguments": {"x": integer(), "y": text()}}}]
        if rng.random() < 0.2:
            out["name"] = text()
        return out

    def tool():
        return {"type": "function", "function": {"name": text(), "description": text(), "parameters": {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}}}

    return {
        "s": text(), "t": text(), "n": integer(), "m": integer(), "f": rng.choice([0.5, -1.25, 3.0, 1e16, 1e-5, 2.5]), "b": rng.random() < 0.5, "z": None,
        "xs": [integer() for _ in range(rng.randint(0, 4))], "ws": [text() for _ in range(rng.randint(0, 4))], "d": {text(): rng.choice([integer(), text(), None, True]) for _ in range(rng.randint(0, 3))},
        "messages": [message() for _ in range(rng.randint(0, 4))], "tools": [tool() for _ in range(rng.randint(0, 2))], "e": rng.choice([[], "", {}]), "nested": rng.choice([{"a": {"b": [1, 2, {"c": None}]}}, [[1, [2]], ["x"]]]),
        "add_generation_prompt": rng.random() < 0.5,
    }


def main():
    seed, count, out = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    env = environment()
    cases = []
    item = 0
    while len(cases) < count:
        rng = random.Random(seed * 1_000_003 + item)
        item += 1
        given = variables(rng)
        template = Writer(rng).program()
        case = {"template": template, "variables": given}
        try:
            text = env.from_string(template).render(**json.loads(json.dumps(given)))
            # What prints the place of an object in memory, or more than this engine's integers hold, has no one answer.
            if re.search(r" at 0x|Markup\(", text, re.IGNORECASE) or re.search(r"\d{18}", text) or len(text) > 1_000_000:
                continue
            text.encode("utf-8")
            case["expected"] = text
        except UnicodeEncodeError:
            continue
        except Exception as error:  # the peer fails in many ways; what matters is that it does
            case["error"] = f"{type(error).__name__}: {error}"[:200]
        cases.append(case)
    with open(out, "w", encoding="utf-8") as file:
        json.dump(cases, file, ensure_ascii=False)


main()
