namespace MediaEngine.Media;

/// <summary>The node could not have its ports; the message names them, the reason and the way out.</summary>
public sealed class MediaBindException : Exception
{
    public MediaBindException()
    {
    }

    public MediaBindException(string message) : base(message)
    {
    }

    public MediaBindException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
