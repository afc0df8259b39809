using MediaEngine.Sip;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>The vectors of the authors' reference implementation: key 00 01 .. 0f, text 00 01 .. of each length.</summary>
public sealed class SipHashTests
{
    [Theory]
    [InlineData(0, "a3817f04ba25a8e66df67214c7550293")]
    [InlineData(1, "da87c1d86b99af44347659119b22fc45")]
    [InlineData(2, "8177228da4a45dc7fca38bdef60affe4")]
    [InlineData(3, "9c70b60c5267a94e5f33b6b02985ed51")]
    [InlineData(7, "a1f1ebbed8dbc153c0b84aa61ff08239")]
    [InlineData(8, "3b62a9ba6258f5610f83e264f31497b4")]
    [InlineData(15, "5493e99933b0a8117e08ec0f97cfc3d9")]
    [InlineData(63, "5150d1772f50834a503e069a973fbd7c")]
    public void Hashes_as_the_reference_does(int length, string expected)
    {
        byte[] counting = [.. Enumerable.Range(0, 63).Select(i => (byte)i)];

        UInt128 hash = SipHash.Of(counting, counting.AsSpan(0, length));

        byte[] octets = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128LittleEndian(octets, hash);
        Assert.Equal(expected, Convert.ToHexStringLower(octets));
    }
}
