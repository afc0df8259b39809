using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MediaEngine.Srtp;

/// <summary>The MKI of one key, without an object of its own.</summary>
internal struct MkiOctets
{
    private readonly int _length;
    private Octets _octets;

    public MkiOctets(ReadOnlySpan<byte> mki)
    {
        _length = mki.Length;
        mki.CopyTo(_octets);
    }

    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Value => ((ReadOnlySpan<byte>)_octets)[.._length];

    /// <summary>Group media has eight octets and everything else four, which are single stores.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Write(Span<byte> destination)
    {
        ReadOnlySpan<byte> mki = Value;
        if (mki.Length == sizeof(ulong))
            MemoryMarshal.Write(destination, MemoryMarshal.Read<ulong>(mki));
        else if (mki.Length == sizeof(uint))
            MemoryMarshal.Write(destination, MemoryMarshal.Read<uint>(mki));
        else
            mki.CopyTo(destination);
    }

    [InlineArray(SrtpProfileLengths.MaxMki_bytes)]
    private struct Octets
    {
        private byte _first;
    }
}
