using FsCheck;
using FsCheck.Fluent;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>Damaged copies of a good document: cut off, octets changed, a piece doubled or left out.</summary>
internal static class Mutation
{
    public static Gen<byte[]> Of(byte[] seed)
    {
        Gen<int> place = Gen.Choose(0, seed.Length - 1);
        Gen<byte> octet = Gen.Frequency((3, Gen.Elements("<>&\"'/=:;#\0\r\n "u8.ToArray())), (1, Gen.Choose(0, 255).Select(value => (byte)value)));
        Gen<byte[]> cut = place.Select(at => seed[..at]);
        Gen<byte[]> doubled = place.Two().Select(pair => (byte[])[.. seed[..pair.Item1], .. seed[pair.Item2..]]);
        Gen<byte[]> changed =
            from places in place.NonEmptyListOf()
            from octets in octet.ListOf(places.Count)
            select Change(seed, places, octets);
        return Gen.OneOf(cut, doubled, changed);
    }

    private static byte[] Change(byte[] seed, IEnumerable<int> places, IEnumerable<byte> octets)
    {
        byte[] copy = [.. seed];
        foreach ((int place, byte octet) in places.Zip(octets))
            copy[place] = octet;
        return copy;
    }
}
