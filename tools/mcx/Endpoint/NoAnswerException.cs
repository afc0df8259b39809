namespace MediaEngine.Tool;

/// <summary>No final response came in time.</summary>
internal sealed class NoAnswerException(string message) : ToolException(message, ToolExit.Unreachable);
