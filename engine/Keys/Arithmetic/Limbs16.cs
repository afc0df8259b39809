using System.Runtime.CompilerServices;

namespace MediaEngine.Keys;

/// <summary>1024 bits.</summary>
[InlineArray(16)]
internal struct Limbs16
{
    private ulong _first;
}
