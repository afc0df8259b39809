using System.Numerics;
using System.Runtime.InteropServices;
using MediaEngine.Keys;
using Xunit;

namespace MediaEngine.Engine.Tests.Keys;

/// <summary>Field elements as BigIntegers, and the values worth trying.</summary>
internal static class FieldValues
{
    public static BigInteger Modulus<TModulus>()
        where TModulus : struct, IModulus => new(MemoryMarshal.AsBytes(TModulus.Value), isUnsigned: true);

    /// <summary>0, 1, p-1, powers of two and runs of ones next to limb and digit borders; then random ones. All below p.</summary>
    public static BigInteger[] For(BigInteger modulus, int length_bytes, int randomCount)
    {
        int bits = length_bytes * 8;
        var values = new HashSet<BigInteger> { 0, 1, 2, 3, modulus - 1, modulus - 2, modulus / 2, (modulus + 1) / 2 };
        foreach (int border in new[] { 28, 56, 64, 128, bits - 64, bits - 28 })
        {
            BigInteger power = BigInteger.One << border;
            values.UnionWith(
                [(power - 1) % modulus, power % modulus, (power + 1) % modulus, modulus - (power % modulus)]);
        }
        values.UnionWith([((BigInteger.One << bits) - 1) % modulus, (BigInteger.One << bits) % modulus]);
        var random = new Random(1);
        byte[] octets = new byte[length_bytes];
        for (int i = 0; i < randomCount; i++)
        {
            random.NextBytes(octets);
            values.Add(new BigInteger(octets, isUnsigned: true) % modulus);
        }
        return [.. values];
    }

    public static byte[] Octets(BigInteger value, int length_bytes)
    {
        byte[] octets = new byte[length_bytes];
        int offset = length_bytes - value.GetByteCount(isUnsigned: true);
        value.TryWriteBytes(octets.AsSpan(offset), out _, isUnsigned: true, isBigEndian: true);
        return octets;
    }

    public static T Read<T>(BigInteger value)
        where T : unmanaged, IFieldElement<T>
    {
        Assert.True(T.TryRead(Octets(value, T.Length_bytes), out T element));
        return element;
    }

    public static BigInteger Write<T>(T element)
        where T : unmanaged, IFieldElement<T>
    {
        byte[] octets = new byte[T.Length_bytes];
        element.Write(octets);
        return new BigInteger(octets, isUnsigned: true, isBigEndian: true);
    }
}
