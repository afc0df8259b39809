using System.Numerics;
using MediaEngine.Keys;
using Xunit;
using Scalar = MediaEngine.Keys.Montgomery<MediaEngine.Keys.P256Order, MediaEngine.Keys.Limbs4>;

namespace MediaEngine.Engine.Tests.Keys;

public class RandomScalarTests
{
    private static readonly BigInteger Order = FieldValues.Modulus<P256Order>();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Zero_what_lies_below_the_least_and_the_order_are_drawn_again(int least)
    {
        string order = Hex(Order);
        var entropy = new GivenEntropy("00", order, new string('F', 64), least == 1 ? "00" : "01", Hex(Order - 1));
        byte[] scalar = new byte[32];

        Scalar drawn = RandomScalar.Draw<Scalar>(entropy, least, topOctetMask: 0xFF, scalar);

        Assert.Equal(Order - 1, FieldValues.Write(drawn));
        Assert.Equal(Hex(Order - 1), Convert.ToHexString(scalar));
    }

    [Fact]
    public void The_least_itself_is_taken()
    {
        byte[] scalar = new byte[32];

        Assert.Equal(1, FieldValues.Write(RandomScalar.Draw<Scalar>(new GivenEntropy("01"), 1, 0xFF, scalar)));
        Assert.Equal(2, FieldValues.Write(RandomScalar.Draw<Scalar>(new GivenEntropy("02"), 2, 0xFF, scalar)));
    }

    [Fact]
    public void Bits_above_the_modulus_are_not_asked_of_the_source()
    {
        byte[] scalar = new byte[32];

        Scalar drawn = RandomScalar.Draw<Scalar>(new GivenEntropy(new string('F', 64)), 1, topOctetMask: 0x3F, scalar);

        Assert.Equal((BigInteger.One << 254) - 1, FieldValues.Write(drawn));
    }

    [Fact]
    public void A_source_that_is_stuck_is_an_error() => Assert.Throws<InvalidOperationException>(
        () => RandomScalar.Draw<Scalar>(new GivenEntropy([.. Enumerable.Repeat("00", 1000)]), 1, 0xFF, new byte[32]));

    private static string Hex(BigInteger value) => Convert.ToHexString(FieldValues.Octets(value, 32));
}
