namespace MediaEngine.Tool;

/// <summary>A step of the demo came out otherwise than the specification says.</summary>
public sealed class DemoStepException : Exception
{
    public DemoStepException()
    {
    }

    public DemoStepException(string message)
        : base(message)
    {
    }

    public DemoStepException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
