using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MediaEngine.Srtp;

/// <summary>
/// SHA-1's compression function (FIPS 180-4 6.1.2), one block at a time. The framework offers no access to it, and a hash
/// object costs several times what a packet's blocks do. Where the system's libcrypto exports its own, which uses the
/// processor's SHA instructions, and gives the right answer, that one is used.
/// </summary>
internal static unsafe class Sha1Block
{
    public const int Block_bytes = 64;
    public const int StateWords = 5;

    // libcrypto's SHA_CTX is 96 octets and begins with the state; only the state is touched.
    private const int ContextWords = 24;

    private static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<uint*, byte*, void> Native = FindNative();

    public static ReadOnlySpan<uint> InitialState => [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0];

    /// <summary>True when blocks are compressed by libcrypto.</summary>
    public static bool UsesNative => Native != null;

    /// <summary>Adds the whole blocks of <paramref name="data"/> to <paramref name="state"/>.</summary>
    public static void Compress(Span<uint> state, ReadOnlySpan<byte> data)
    {
        if (Native != null)
            CompressNative(Native, state, data);
        else
            CompressManaged(state, data);
    }

    [SkipLocalsInit]
    public static void CompressManaged(Span<uint> state, ReadOnlySpan<byte> data)
    {
        Span<uint> schedule = stackalloc uint[80];
        for (; data.Length >= Block_bytes; data = data[Block_bytes..])
        {
            Expand(data, schedule);
            Compress(ref MemoryMarshal.GetReference(state), ref MemoryMarshal.GetReference(schedule));
        }
    }

    private static void Expand(ReadOnlySpan<byte> block, Span<uint> schedule)
    {
        BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, uint>(block[..Block_bytes]), schedule);
        ref uint w = ref MemoryMarshal.GetReference(schedule);
        for (int t = 16; t < 80; t++)
        {
            ref uint at = ref Unsafe.Add(ref w, t);
            at = BitOperations.RotateLeft(
                Unsafe.Add(ref at, -3) ^ Unsafe.Add(ref at, -8) ^ Unsafe.Add(ref at, -14) ^ Unsafe.Add(ref at, -16), 1);
        }
    }

    // Five steps bring the five variables back to their places, so none is ever moved.
    private static void Compress(ref uint state, ref uint w)
    {
        uint a = state, b = Unsafe.Add(ref state, 1), c = Unsafe.Add(ref state, 2);
        uint d = Unsafe.Add(ref state, 3), e = Unsafe.Add(ref state, 4);
        int t = 0;
        for (; t < 20; t += 5)
        {
            Step(a, ref b, ref e, Choose(b, c, d) + 0x5A827999 + Unsafe.Add(ref w, t));
            Step(e, ref a, ref d, Choose(a, b, c) + 0x5A827999 + Unsafe.Add(ref w, t + 1));
            Step(d, ref e, ref c, Choose(e, a, b) + 0x5A827999 + Unsafe.Add(ref w, t + 2));
            Step(c, ref d, ref b, Choose(d, e, a) + 0x5A827999 + Unsafe.Add(ref w, t + 3));
            Step(b, ref c, ref a, Choose(c, d, e) + 0x5A827999 + Unsafe.Add(ref w, t + 4));
        }
        for (; t < 40; t += 5)
        {
            Step(a, ref b, ref e, (b ^ c ^ d) + 0x6ED9EBA1 + Unsafe.Add(ref w, t));
            Step(e, ref a, ref d, (a ^ b ^ c) + 0x6ED9EBA1 + Unsafe.Add(ref w, t + 1));
            Step(d, ref e, ref c, (e ^ a ^ b) + 0x6ED9EBA1 + Unsafe.Add(ref w, t + 2));
            Step(c, ref d, ref b, (d ^ e ^ a) + 0x6ED9EBA1 + Unsafe.Add(ref w, t + 3));
            Step(b, ref c, ref a, (c ^ d ^ e) + 0x6ED9EBA1 + Unsafe.Add(ref w, t + 4));
        }
        for (; t < 60; t += 5)
        {
            Step(a, ref b, ref e, Majority(b, c, d) + 0x8F1BBCDC + Unsafe.Add(ref w, t));
            Step(e, ref a, ref d, Majority(a, b, c) + 0x8F1BBCDC + Unsafe.Add(ref w, t + 1));
            Step(d, ref e, ref c, Majority(e, a, b) + 0x8F1BBCDC + Unsafe.Add(ref w, t + 2));
            Step(c, ref d, ref b, Majority(d, e, a) + 0x8F1BBCDC + Unsafe.Add(ref w, t + 3));
            Step(b, ref c, ref a, Majority(c, d, e) + 0x8F1BBCDC + Unsafe.Add(ref w, t + 4));
        }
        for (; t < 80; t += 5)
        {
            Step(a, ref b, ref e, (b ^ c ^ d) + 0xCA62C1D6 + Unsafe.Add(ref w, t));
            Step(e, ref a, ref d, (a ^ b ^ c) + 0xCA62C1D6 + Unsafe.Add(ref w, t + 1));
            Step(d, ref e, ref c, (e ^ a ^ b) + 0xCA62C1D6 + Unsafe.Add(ref w, t + 2));
            Step(c, ref d, ref b, (d ^ e ^ a) + 0xCA62C1D6 + Unsafe.Add(ref w, t + 3));
            Step(b, ref c, ref a, (c ^ d ^ e) + 0xCA62C1D6 + Unsafe.Add(ref w, t + 4));
        }
        state += a;
        Unsafe.Add(ref state, 1) += b;
        Unsafe.Add(ref state, 2) += c;
        Unsafe.Add(ref state, 3) += d;
        Unsafe.Add(ref state, 4) += e;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(uint a, ref uint b, ref uint e, uint added)
    {
        e += BitOperations.RotateLeft(a, 5) + added;
        b = BitOperations.RotateLeft(b, 30);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Choose(uint x, uint y, uint z) => z ^ x & (y ^ z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Majority(uint x, uint y, uint z) => x & y ^ z & (x ^ y);

    [SkipLocalsInit]
    private static void CompressNative(
        delegate* unmanaged[Cdecl, SuppressGCTransition]<uint*, byte*, void> transform, Span<uint> state, ReadOnlySpan<byte> data)
    {
        uint* context = stackalloc uint[ContextWords];
        state[..StateWords].CopyTo(new Span<uint>(context, StateWords));
        fixed (byte* octets = data)
        {
            for (int done = 0; data.Length - done >= Block_bytes; done += Block_bytes)
                transform(context, octets + done);
        }
        new Span<uint>(context, StateWords).CopyTo(state);
    }

    private static delegate* unmanaged[Cdecl, SuppressGCTransition]<uint*, byte*, void> FindNative()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libcrypto.so.3", out nint library) ||
            !NativeLibrary.TryGetExport(library, "SHA1_Transform", out nint export))
            return null;
        var transform = (delegate* unmanaged[Cdecl, SuppressGCTransition]<uint*, byte*, void>)export;
        Span<byte> pattern = stackalloc byte[2 * Block_bytes];
        for (int i = 0; i < pattern.Length; i++)
            pattern[i] = (byte)(i * 89 + 7);
        Span<uint> expected = stackalloc uint[StateWords];
        Span<uint> state = stackalloc uint[StateWords];
        InitialState.CopyTo(expected);
        InitialState.CopyTo(state);
        CompressManaged(expected, pattern);
        CompressNative(transform, state, pattern);
        return state.SequenceEqual(expected) ? transform : null;
    }
}
