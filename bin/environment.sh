# Sourced by the scripts beside it: finds Python, makes `.venv` in the checkout when it is missing, and installs
# exactly what the lock files name. Sets `house` (the checkout) and `python` (the environment's interpreter).

house=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
environment="$house/.venv"
python="$environment/bin/python"

say() { printf '%s\n' "$*" >&2; }

fail() {
	say "$@"
	exit 1
}

# Print the first Python that is new enough, really runs and can make environments; when none can, the first that runs,
# so that what it lacks can be told. What the system brings stands before the path: it was built for speed, which one of
# pyenv's is not unless asked for, and it is kept safe with the system.
find_python() {
	set -- "${ALLEARS_PYTHON:-/usr/bin/python3}" python3 python3.14 python3.13 python3.12 python3.11 python
	for needed in "import ensurepip, venv" "pass"; do
		for name; do
			if "$name" -c "import sys; assert sys.version_info >= (3, 11); $needed" >/dev/null 2>&1; then
				command -v "$name"
				return
			fi
		done
	done
	fail "Allears needs Python 3.11 or newer, and found none." \
		"On Debian or Ubuntu: apt-get install python3 python3-venv"
}

make_environment() {
	found=$(find_python) || exit 1
	if ! "$found" -c 'import ensurepip, venv' >/dev/null 2>&1; then
		version=$("$found" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
		fail "$found cannot make environments: its modules venv and ensurepip are missing." \
			"On Debian or Ubuntu: apt-get install python3-venv (or python$version-venv)"
	fi
	say "Making an environment for Allears in $environment (once)."
	"$found" -m venv --clear "$environment"
}

# install FILE: the packages that FILE names, unless this very list is in the environment already. By uv where it is, which
# takes far less time; by pip where it is not, or where uv cannot.
install() {
	stamp="$environment/installed-$1"
	cmp -s "$house/$1" "$stamp" && return
	say "Installing what $1 names (once, half a minute or so)."
	"$python" -m uv pip install --quiet --python "$python" --require-hashes --requirement "$house/$1" 2>/dev/null ||
		"$python" -m pip install --quiet --no-input --disable-pip-version-check --root-user-action=ignore \
			--require-hashes --requirement "$house/$1" || fail "The packages could not be installed: see above."
	cp "$house/$1" "$stamp"
}

# prepare FILE...: an environment that runs, holding what every FILE names. Two scripts may start at once.
prepare() {
	if command -v flock >/dev/null 2>&1; then
		exec 9<"$house"
		flock 9
	fi
	"$python" -c 'import pip' >/dev/null 2>&1 || make_environment
	for list in "$@"; do install "$list"; done
	if command -v flock >/dev/null 2>&1; then
		exec 9>&-
	fi
}

# The commands run from anywhere, and what they keep stands in the checkout unless ALLEARS_DATA says otherwise.
export ALLEARS_DATA="${ALLEARS_DATA:-$house/var}"
export PYTHONPATH="$house"
export PYTHONUNBUFFERED=1
# What Python has compiled is kept, whatever the surroundings say: each process would compile all of it anew.
unset PYTHONDONTWRITEBYTECODE
