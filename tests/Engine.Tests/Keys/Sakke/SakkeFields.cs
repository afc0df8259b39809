using MediaEngine.Keys;
using Xunit;

namespace MediaEngine.Engine.Tests.Keys;

/// <summary>The representations of SAKKE's F_p that this processor can run.</summary>
public static class SakkeFields
{
    private const string Scalar = "limbs of 64 bits";
    private const string Wide = "lanes of 512 bits";

    public static TheoryData<string> All
    {
        get
        {
            var fields = new TheoryData<string> { Scalar };
            if (WideMontgomery<SakkePrime>.IsSupported)
                fields.Add(Wide);
            return fields;
        }
    }

    internal interface ITest
    {
        void Run<TField>()
            where TField : unmanaged, IFieldElement<TField>;
    }

    internal static SakkeArithmetic Of(string field) => field == Wide
        ? new SakkeArithmetic<WideMontgomery<SakkePrime>>()
        : new SakkeArithmetic<Montgomery<SakkePrime, Limbs16>>();

    internal static void Run(string field, ITest test)
    {
        if (field == Wide)
            test.Run<WideMontgomery<SakkePrime>>();
        else
            test.Run<Montgomery<SakkePrime, Limbs16>>();
    }
}
