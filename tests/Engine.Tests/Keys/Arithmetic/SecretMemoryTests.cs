using MediaEngine.Keys;
using Xunit;

namespace MediaEngine.Engine.Tests.Keys;

public class SecretMemoryTests
{
    [Fact]
    public void Secret_octets_are_zeros_after_disposal()
    {
        var secret = new SecretOctets(32);
        Span<byte> memory = secret.Span;
        memory.Fill(0xAA);

        secret.Dispose();

        Assert.Equal(new byte[32], memory);
        Assert.Throws<ObjectDisposedException>(() => secret.Span.Length);
    }

    [Theory]
    [MemberData(nameof(SakkeFields.All), MemberType = typeof(SakkeFields))]
    public void The_lines_of_a_secret_point_are_gone_after_disposal(string field) => SakkeFields.Run(field, new Lines());

    private sealed class Lines : SakkeFields.ITest
    {
        public void Run<TField>()
            where TField : unmanaged, IFieldElement<TField>
        {
            CurvePoint<SakkeCurve<TField>, TField>.TryRead(SakkeParameters.Generator, out var point);
            TField.TryRead(SakkeParameters.PairingOfGenerator, out TField g);
            var lines = new MillerLines<TField>(point.X, point.Y);
            Assert.NotEqual(0UL, FieldArithmetic.EqualMask(g, lines.Pair(point.X, point.Y)));

            lines.Dispose();

            // Lines without gradient and constant are iy, and i to the fourth is 1.
            Assert.NotEqual(0UL, lines.Pair(point.X, point.Y).IsZeroMask());
        }
    }
}
