using System.Runtime.CompilerServices;

namespace MediaEngine.Keys;

/// <summary>256 bits.</summary>
[InlineArray(4)]
internal struct Limbs4
{
    private ulong _first;
}
